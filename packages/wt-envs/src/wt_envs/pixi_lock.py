"""A solved environment with conda packages, to and from the files that stand in a workspace."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.lock import read_file, refuse_newer, unreadable
from wt_envs.memo import replace_file
from wt_envs.platforms import current_platform

MANIFEST: Final = "pixi.toml"
LOCK: Final = "pixi.lock"
NOTES: Final = "notes.txt"
NEWEST: Final = 7
"""The newest format of `pixi.lock` that is read."""

_VERSION: Final = re.compile(r"^version: (\d+)$", re.MULTILINE)
_WHEEL: Final = re.compile(r"^- pypi: (\./wheels/\S+\.whl)$", re.MULTILINE)
_NAME: Final = re.compile(r"/([^/]+?)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)$")


@dataclass(frozen=True)
class PixiLock:
    """Everything that an environment with conda packages is made from.

    Attributes:
        manifest: The pixi.toml that belongs to it; tables may be appended.
        text: The pixi.lock.
        wheels: The wheels that the lock names by relative path, where they are now.
        notes: What gave way to what in the solve; empty if it was read from a workspace.
    """

    manifest: str
    text: str
    wheels: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, directory: Path) -> PixiLock:
        """Read the lock of a workspace.

        Raises:
            DiagnosticError: If a file is missing or is no lock (WT405), or the lock is newer than what is read (WT412).
        """
        manifest = read_file(directory / MANIFEST)
        text = read_file(directory / LOCK)
        version = _VERSION.search(text[:1000])
        if version is None:
            raise unreadable(directory / LOCK, "it is no lock of pixi")
        refuse_newer(directory / LOCK, version, NEWEST)
        wheels = tuple(sorted({directory / path for path in _WHEEL.findall(text)}))
        for wheel in wheels:
            if not wheel.is_file():
                raise unreadable(directory / LOCK, f"the wheel {wheel} that it names is missing")
        notes = directory / NOTES
        return cls(manifest, text, wheels, tuple(notes.read_text("utf-8").splitlines()) if notes.is_file() else ())

    def write(self, directory: Path) -> None:
        """Write pixi.toml, pixi.lock and wheels into a directory; each file appears whole.

        Raises:
            OSError: If the directory cannot be written.
        """
        directory.mkdir(parents=True, exist_ok=True)
        if self.wheels:
            (directory / "wheels").mkdir(exist_ok=True)
        for wheel in self.wheels:
            replace_file(directory / "wheels" / wheel.name, wheel.read_bytes())
        replace_file(directory / MANIFEST, self.manifest.encode())
        replace_file(directory / LOCK, self.text.encode())

    @cached_property
    def digest(self) -> str:
        """A SHA-256 of the lock, in which no name of a workflow occurs: who has the same lock shares an environment."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def project(self) -> str:
        """The name of the workflow's project."""
        return str(self._tables.get("workspace", {}).get("name", ""))

    @property
    def required(self) -> dict[str, Any]:
        """What the manifest asks for, by name: versions of conda packages, and what is said of those from PyPI."""
        return {**self.required_conda, **self._tables.get("pypi-dependencies", {})}

    @property
    def required_conda(self) -> dict[str, str]:
        """The conda packages that the manifest asks for, with their version specs."""
        required = self._tables.get("dependencies", {})
        return {
            name: value if isinstance(value, str) else value.get("version", "*") for name, value in required.items()
        }

    @cached_property
    def _tables(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.manifest)
        except ValueError as error:
            raise unreadable(Path(MANIFEST), str(error)) from error

    @property
    def packages(self) -> list[tuple[str, str]]:
        """Name and version of each package that gets installed on this platform, sorted by name."""
        return sorted(_split(location, self.text) for _, location in self.locations())

    def locations(self, environment: str = "default") -> list[tuple[str, str]]:
        """Kind (`conda` or `pypi`) and location of each package of an environment on this platform.

        Raises:
            DiagnosticError: If the lock does not hold for this platform (WT410).
        """
        platform = current_platform()
        block = _block(self.text, f"  {environment}:", 2)
        inner = _block(block, f"      {platform}:", 6)
        if not inner:
            known = ", ".join(re.findall(r"^- name: (\S+)$", self.text[:2000], re.MULTILINE))
            message = f"the lock holds for {known or 'no platform'}, and this machine is {platform}"
            hint = "compile the workflow on a machine of one of these, or add the platform to wt"
            raise DiagnosticError(Diagnostic(code=Code.PLATFORM_NOT_LOCKED, message=message, hint=hint))
        return re.findall(r"^\s+- (conda|pypi): (\S+)$", inner, re.MULTILINE)


def _block(text: str, header: str, indent: int) -> str:
    """What stands below a line of a block of YAML as py-rattler and pixi write it."""
    lines = text.splitlines()
    try:
        start = lines.index(header) + 1
    except ValueError:
        return ""
    end = start
    while end < len(lines) and (lines[end].startswith(" " * (indent + 1)) or lines[end].lstrip().startswith("- ")):
        if len(lines[end]) - len(lines[end].lstrip()) < indent:
            break
        end += 1
    return "\n".join(lines[start:end])


def _split(location: str, text: str) -> tuple[str, str]:
    conda = _NAME.search(location)
    if conda:
        return conda[1], conda[2]
    found = re.search(rf"^- pypi: {re.escape(location)}\n  name: (\S+)\n  version: (\S+)$", text, re.MULTILINE)
    return (found[1], found[2].strip("'\"")) if found else (location, "")
