"""The environments that are realised on this machine, and removing those that nobody uses."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss

from wt_envs.environment import Environment
from wt_envs.realise import KIND, RECORD
from wt_envs.store import discard, entries

_CACHES: Final = ("locks", "wheels", "rattler")
_DAY: Final = 86_400.0


@dataclass(frozen=True)
class Realised:
    """An environment that is there.

    Attributes:
        environment: The environment.
        project: The workflow that it was first made for.
        interpreter: What it runs on.
        last_used: When it was last asked for, in seconds since the epoch.
    """

    environment: Environment
    project: str
    interpreter: str
    last_used: float

    @property
    def key(self) -> str:
        """The name of its directory, any beginning of which names it."""
        return self.environment.prefix.name

    def size(self) -> int:
        """What its files hold, in bytes; most of them are hard links into uv's cache and take no room of their own."""
        return _size(self.environment.prefix)

    def packages(self) -> list[tuple[str, str]]:
        """Name and version of each installed package, sorted by name."""
        # On some platforms lib64 is the same directory as lib.
        records = (record.stem for record in self.environment.prefix.glob("conda-meta/*.json"))
        conda = {parts[0]: parts[1] for record in records if len(parts := record.rsplit("-", 2)) > 1}
        names = {path.name for path in self.environment.prefix.glob("[Ll]ib*/**/site-packages/*.dist-info")}
        split = (name.removesuffix(".dist-info").partition("-") for name in names)
        python = {name.replace("_", "-"): version for name, _, version in split}
        return sorted({**python, **conda}.items())


def realised() -> list[Realised]:
    """Every environment that is there, the last used first."""
    found = [_describe(prefix) for prefix in entries(KIND)]
    return sorted(found, key=lambda each: -each.last_used)


def find(prefix: str) -> Realised:
    """The environment whose digest starts with `prefix`.

    Raises:
        DiagnosticError: If there is none, or more than one (WT408).
    """
    known = realised()
    matches = [each for each in known if prefix and each.key.startswith(prefix.lower())]
    if len(matches) == 1:
        return matches[0]
    if matches:
        message = f"{len(matches)} environments start with {prefix!r}"
        hint = f"write more of it: {', '.join(each.key[: len(prefix) + 4] for each in matches)}"
    else:
        message = f"there is no environment {prefix!r}"
        meant = near_miss(prefix, [each.key[: max(len(prefix), 4)] for each in known])
        hint = f"did you mean {meant}?" if meant else "'wt env list' shows all"
    raise DiagnosticError(Diagnostic(code=Code.ENVIRONMENT_UNKNOWN, message=message, hint=hint))


def prune(*, older_than: float, dry_run: bool = False) -> tuple[list[Realised], int]:
    """Remove what was not used for a time: environments, and the locks and wheels that would only be made again.

    Args:
        older_than: Days without use; 0 for everything.
        dry_run: Whether only to say what would go.

    Returns:
        The environments that went, and how many bytes all that went held.

    Raises:
        DiagnosticError: If the cache cannot be written (WT407).
    """
    limit = time.time() - older_than * _DAY
    gone: list[Realised] = []
    freed = 0
    for each in realised():
        if each.last_used <= limit:
            size = each.size()
            if dry_run or discard(each.environment.prefix):
                gone.append(each)
                freed += size
    for path in (path for kind in _CACHES for path in entries(kind)):
        if path.stat().st_mtime <= limit:
            size = _size(path)
            if dry_run or discard(path):
                freed += size
    return gone, freed


def _describe(prefix: Path) -> Realised:
    try:
        record = json.loads((prefix / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = {}
    environment = Environment(prefix, str(record.get("digest", prefix.name)))
    last_used = prefix.stat().st_mtime
    return Realised(environment, str(record.get("project") or ""), str(record.get("interpreter", "")), last_used)


def _size(directory: Path) -> int:
    total = 0
    for root, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(root, name)  # noqa: PTH118  (a Path for each of a hundred thousand files is slow)
            total += os.lstat(path).st_size
    return total
