"""Writing `pixi.lock`: by py-rattler, and what it cannot write by ourselves, proved by reading it back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.conda_part import CondaPart
from wt_envs.pypi_closure import PyPIPackage
from wt_envs.rattler_process import Rattler

ENVIRONMENTS: Final[Mapping[str, tuple[str, ...]]] = {"default": (), "runner": ("runner",), "test": ("test",)}
"""The environments of a workspace, and the dependency groups that each has beside the default's packages."""

_ENTRY: Final = re.compile(r"^- pypi: (?P<location>.+)\n(?P<rest>(?:  .*\n)*)", re.MULTILINE)


class Locked(NamedTuple):
    """One environment on one platform.

    Attributes:
        conda: What the process that solved calls its conda packages.
        pypi: Its PyPI packages.
    """

    conda: str
    pypi: Sequence[PyPIPackage]


def write_lock(
    rattler: Rattler, path: Path, conda: CondaPart, environments: Mapping[str, Mapping[str, Locked]]
) -> None:
    """Write a lock.

    Args:
        rattler: The process that solved.
        path: The file.
        conda: Its conda packages and channels.
        environments: What each environment holds on each platform.

    Raises:
        DiagnosticError: If what was written does not read back the same (WT405).
    """
    described = {
        name: {
            platform: {"conda": part.conda, "pypi": [_essentials(package) for package in part.pypi]}
            for platform, part in parts.items()
        }
        for name, parts in environments.items()
    }
    platforms: dict[str, list[str]] = {platform: [] for platform in conda.pythons}
    urls = list(conda.channels.values())
    rattler.ask("write", path=str(path), platforms=platforms, channels=urls, environments=described)
    packages = {
        package.location: package for parts in environments.values() for part in parts.values() for package in part.pypi
    }
    path.write_text(_complete(path.read_text(encoding="utf-8"), packages), encoding="utf-8")
    _prove(rattler, path, environments)


def _essentials(package: PyPIPackage) -> dict[str, str]:
    return {"name": package.name, "version": package.version, "location": package.location}


def _complete(text: str, packages: Mapping[str, PyPIPackage]) -> str:
    """Add the hashes and dependencies of PyPI packages, for which py-rattler has no argument."""

    def complete(entry: re.Match[str]) -> str:
        location = entry["location"].strip("'\"")
        package = packages[location]
        lines = [f"- pypi: {entry['location']}\n", entry["rest"]]
        if package.sha256 is not None:
            lines.append(f"  sha256: {package.sha256}\n")
        if package.requires:
            lines.append("  requires_dist:\n" + "".join(f"  - {json.dumps(name)}\n" for name in package.requires))
        return "".join(lines)

    head, mark, packages_text = text.partition("\npackages:\n")
    return head + mark + _ENTRY.sub(complete, packages_text)


def _prove(rattler: Rattler, path: Path, environments: Mapping[str, Mapping[str, Locked]]) -> None:
    for environment, parts in environments.items():
        read = rattler.ask("read", path=str(path), environment=environment)
        for platform, part in parts.items():
            found = {item["name"]: item.get("sha256") for item in read[platform] if item["kind"] == "pypi"}
            if found != {package.name: package.sha256 for package in part.pypi}:
                message = f"the lock {path.name} does not read back as it was written ({environment}, {platform})"
                raise DiagnosticError(Diagnostic(code=Code.LOCK_UNREADABLE, message=message))
