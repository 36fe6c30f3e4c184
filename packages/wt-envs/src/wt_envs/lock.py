"""A solved environment, to and from the files that stand in a workspace."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.cache import cache_root
from wt_envs.memo import recall, remember, replace_file

if TYPE_CHECKING:
    from wt_envs.pixi_lock import PixiLock

PYPROJECT: Final = "pyproject.toml"
UV_LOCK: Final = "uv.lock"
WHEELS: Final = "wheels"
NEWEST: Final = 1
"""The newest format of `uv.lock` that is read."""

_RULES: Final = "1"
_HEAD: Final = 1000
_FORMAT: Final = re.compile(r"^version = (\d+)$", re.MULTILINE)
_PLACE: Final = re.compile(r"^source = \{ (?:editable|directory) = ", re.MULTILINE)
_LOCAL_WHEEL: Final = re.compile(r'^source = \{ path = "([^"]+\.whl)" \}$', re.MULTILINE)


@dataclass(frozen=True)
class Lock:
    """Everything that an environment is made from.

    Attributes:
        pyproject: The pyproject.toml that belongs to it; tables may be appended.
        text: The uv.lock.
        wheels: The wheels that the lock names by relative path, where they are now.
    """

    pyproject: str
    text: str
    wheels: tuple[Path, ...] = ()

    @classmethod
    def read(cls, directory: Path) -> Lock:
        """Read the lock of a workspace.

        Raises:
            DiagnosticError: If a file is missing or cannot be read (WT405), or the lock is newer than what is read
                (WT412).
        """
        pyproject = read_file(directory / PYPROJECT)
        text = read_file(directory / UV_LOCK)
        refuse_newer(directory / UV_LOCK, _FORMAT.search(text[:_HEAD]), NEWEST)
        wheels = tuple(directory / path for path in _LOCAL_WHEEL.findall(text))
        for wheel in wheels:
            if not wheel.is_file():
                raise unreadable(directory / UV_LOCK, f"the wheel {wheel} that it names is missing")
        return cls(pyproject, text, wheels)

    def write(self, directory: Path) -> None:
        """Write pyproject.toml, uv.lock and wheels into a directory; each file appears whole.

        Raises:
            OSError: If the directory cannot be written.
        """
        directory.mkdir(parents=True, exist_ok=True)
        if self.wheels:
            (directory / WHEELS).mkdir(exist_ok=True)
        for wheel in self.wheels:
            replace_file(directory / WHEELS / wheel.name, wheel.read_bytes())
        replace_file(directory / PYPROJECT, self.pyproject.encode())
        replace_file(directory / UV_LOCK, self.text.encode())

    @property
    def manifest(self) -> str:
        """What the lock was solved from."""
        return self.pyproject

    @property
    def required(self) -> list[str]:
        """What the manifest asks for, as PEP 508 writes it."""
        try:
            required: list[str] = tomllib.loads(self.pyproject).get("project", {}).get("dependencies", [])
        except ValueError as error:
            raise unreadable(Path(PYPROJECT), str(error)) from error
        return required

    @cached_property
    def digest(self) -> str:
        """A SHA-256 over what gets installed.

        The project's own name and version and its dependency groups are left out, so that workflows with the same
        dependencies share one environment. Of an editable package its sources count, as they do for what it offers.

        Raises:
            DiagnosticError: If the lock's text is no lock (WT405).
        """
        if _PLACE.search(self.text):
            return self._computed_digest()
        # Parsing a large lock takes longer than everything else that a second run does before its workflow starts.
        memo = cache_root() / "digests" / hashlib.sha256(f"{_RULES}\0{self.text}".encode()).hexdigest()[:32]
        return recall(memo) or remember(memo, self._computed_digest())

    def _computed_digest(self) -> str:
        described = [_describe(package) for package in self._reached()]
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    @property
    def packages(self) -> list[tuple[str, str]]:
        """Name and version of each package that gets installed on some platform, sorted by name."""
        return sorted((str(package["name"]), str(package.get("version", ""))) for package in self._reached()[1:])

    def _reached(self) -> list[dict[str, Any]]:
        """The package tables that the project's dependencies lead to: the project's own first, the others sorted."""
        try:
            packages: list[dict[str, Any]] = tomllib.loads(self.text)["package"]
            root = next(package for package in packages if "virtual" in package["source"])
            reached = _reach(root, packages)
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            raise unreadable(Path(UV_LOCK), f"it is no lock of uv: {error!r}") from error
        return [root, *sorted(reached, key=lambda package: json.dumps(package, sort_keys=True))]


def _reach(root: dict[str, Any], packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_name: dict[str, list[int]] = {}
    for index, package in enumerate(packages):
        by_name.setdefault(package["name"], []).append(index)
    seen: set[int] = set()
    waiting = list(root.get("dependencies", ()))
    while waiting:
        dependency = waiting.pop()
        for index in by_name[dependency["name"]]:
            if index not in seen and packages[index] is not root:
                seen.add(index)
                package = packages[index]
                waiting += package.get("dependencies", ())
                waiting += [edge for extra in package.get("optional-dependencies", {}).values() for edge in extra]
    return [packages[index] for index in seen]


def _describe(package: dict[str, Any]) -> dict[str, Any]:
    source = package["source"]
    edges: dict[str, Any] = {key: package[key] for key in ("dependencies", "optional-dependencies") if key in package}
    if "virtual" in source:
        return edges
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
    hashes = sorted(file.get("hash") or file.get("url") or file.get("filename") or "" for file in files)
    described = {**edges, "name": package["name"], "version": package.get("version"), "source": source, "files": hashes}
    place = source.get("editable") or source.get("directory")
    if place is not None and Path(place).is_dir():
        from wt_envs.state import source_state

        described["state"] = source_state(Path(place).absolute()).digest
    return described


def refuse_newer(path: Path, version: re.Match[str] | None, newest: int) -> None:
    """Refuse a lock whose format is newer than what is read.

    Args:
        path: The lock.
        version: Its format, as the first group of a match; nothing is refused if there is none.
        newest: The newest format that is read.

    Raises:
        DiagnosticError: WT412.
    """
    if version is not None and int(version[1]) > newest:
        message = f"the lock {path} has format {version[1]}, and this wt reads up to {newest}"
        hint = "upgrade wt-envs, or compile the workflow again"
        raise DiagnosticError(Diagnostic(code=Code.LOCK_TOO_NEW, message=message, hint=hint))


def read_file(path: Path) -> str:
    """Read one file of a lock.

    Raises:
        DiagnosticError: If it is missing or cannot be read (WT405).
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise unreadable(path, "it is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, str(error)) from error


def unreadable(path: Path, reason: str) -> DiagnosticError:
    """What to raise for a lock that cannot be used (WT405)."""
    return DiagnosticError(
        Diagnostic(
            code=Code.LOCK_UNREADABLE,
            message=f"the lock {path} cannot be used: {reason}",
            hint="compile the workflow again",
        )
    )


AnyLock: TypeAlias = "Lock | PixiLock"
"""A lock of either back end."""


def read_lock(directory: Path) -> AnyLock:
    """Read the lock of a workspace, whichever back end it is for.

    Raises:
        DiagnosticError: If there is none, or it cannot be read (WT405, WT412).
    """
    if (directory / "pixi.lock").is_file() or (directory / "pixi.toml").is_file():
        from wt_envs.pixi_lock import PixiLock

        return PixiLock.read(directory)
    return Lock.read(directory)
