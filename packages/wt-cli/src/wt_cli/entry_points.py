"""The entry points of the installed packages, read without `importlib.metadata`.

Importing `importlib.metadata` takes about 30 ms, because it can read every kind of package there is. What installers
write today is one kind: a directory `<name>-<version>.dist-info` on the path, with a file `entry_points.txt` in it
(https://packaging.python.org/specifications/entry-points/); `<name>.egg-info` is its older form.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

_DIRECTORY = re.compile(r"(?P<name>[^-]+)(?:-.*)?\.(?:dist|egg)-info", re.IGNORECASE)


class EntryPoint(NamedTuple):
    """What a package offers under a name.

    Attributes:
        name: The name it is offered under.
        value: Where it is: `module:attribute`.
        package: The name of the package that offers it, as installers write it.
    """

    name: str
    value: str
    package: str

    def load(self) -> Any:
        """Import the module and return the attribute.

        Raises:
            ImportError: If there is no such module.
            AttributeError: If it has no such attribute.
            Exception: Whatever the module raises while it is imported.
        """
        module_name, _, attribute = self.value.partition(":")
        found: Any = import_module(module_name.strip())
        for part in attribute.split("[")[0].strip().split("."):
            found = getattr(found, part)
        return found


def entry_points(group: str, path: Iterable[str]) -> list[EntryPoint]:
    """Find what the installed packages offer in a group.

    Args:
        group: The entry-point group.
        path: The directories to look in, as in `sys.path`; a package in an earlier one hides its namesakes.

    Returns:
        The entry points in the order of the path; of several with one name only the first.
    """
    packages: set[str] = set()
    found: dict[str, EntryPoint] = {}
    for directory in path:
        for package, text in _read(directory or ".", packages):
            for name, value in _parse(text, group):
                found.setdefault(name, EntryPoint(name, value, package))
    return list(found.values())


def _read(directory: str, packages: set[str]) -> Iterator[tuple[str, str]]:
    try:
        names = sorted(os.listdir(directory))  # noqa: PTH208  pathlib would cost as much as the whole scan
    except OSError:
        return
    for name in names:
        match = _DIRECTORY.fullmatch(name)
        if match is None:
            continue
        package = re.sub(r"[-_.]+", "-", match["name"]).lower()
        if package in packages:
            continue
        packages.add(package)
        try:
            with open(f"{directory}/{name}/entry_points.txt", encoding="utf-8") as file:  # noqa: PTH123  as above
                yield package, file.read()
        except (OSError, UnicodeDecodeError):
            continue


def _parse(text: str, group: str) -> Iterator[tuple[str, str]]:
    inside = False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()
