"""What is installed where a run happens, read from the names of files: `importlib.metadata` reads each of them."""

from __future__ import annotations

import os
import sys

_END = ".dist-info"
_SECTION = "[wt_registry]"


class Installed:
    """The Python distributions of this environment.

    Attributes:
        packages: The version of each, by name.
    """

    def __init__(self) -> None:
        found = sorted(_distributions())
        self.packages = {name: version for name, version, _ in reversed(found)}  # what comes first on the path wins
        self.packages = dict(sorted(self.packages.items()))
        self._libraries = {module: name for name, _, path in found for module in _modules(path)}

    def library_of(self, task: str) -> str | None:
        """The distribution that offers a task, given by its dotted path."""
        return self._libraries.get(task.partition(".")[0])


def _distributions() -> list[tuple[str, str, str]]:
    found = []
    for directory in dict.fromkeys(sys.path):
        try:
            names = os.listdir(directory or ".")  # noqa: PTH208 - importing pathlib costs more than a run may take
        except OSError:
            continue
        for name in names:
            if name.endswith(_END):
                distribution, _, version = name.removesuffix(_END).partition("-")
                found.append((plain_name(distribution), version, f"{directory}/{name}"))
    return found


def plain_name(name: str) -> str:
    """The name of a distribution, in the one of its spellings that is used here."""
    return name.replace("_", "-").lower()


def _modules(path: str) -> list[str]:
    """The top-level modules that a distribution names as task libraries."""
    try:
        with open(f"{path}/entry_points.txt", encoding="utf-8") as file:  # noqa: PTH123
            text = file.read()
    except (OSError, ValueError):
        return []
    section = text.partition(_SECTION)[2].partition("\n[")[0]
    values = [line.partition("=")[2].partition(":")[0].strip() for line in section.splitlines() if "=" in line]
    return [value.partition(".")[0] for value in values]
