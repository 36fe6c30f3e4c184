"""The PyPI packages that one platform needs, out of a lock of uv that holds for all."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.platforms import PLATFORMS, Platform
from wt_envs.wheel_tags import best_wheel

Table = Mapping[str, Any]
_HASH: Final = "sha256:"


@dataclass(frozen=True)
class PyPIPackage:
    """A package as one platform gets it.

    Attributes:
        name: Its canonical name.
        version: Its version.
        location: A URL, or a path that starts with `./` and is relative to the workspace.
        sha256: The hash of its file; None for a git commit or a directory.
        editable: Whether it is a directory whose later edits take effect.
        requires: The names that it depends on here, with extras.
    """

    name: str
    version: str
    location: str
    sha256: str | None = None
    editable: bool = False
    requires: tuple[str, ...] = field(default=())


class Closure:
    """Follows the edges of a lock.

    Args:
        text: The uv.lock.
        provided: The canonical names that do not come from PyPI; they and what is behind them are left out.

    Raises:
        KeyError: If the text is no lock of uv.
    """

    def __init__(self, text: str, provided: Mapping[str, Collection[str]]) -> None:
        self._packages: dict[str, list[Table]] = {}
        for package in tomllib.loads(text)["package"]:
            self._packages.setdefault(package["name"], []).append(package)
        self._root = next(
            package for found in self._packages.values() for package in found if "virtual" in package["source"]
        )
        self._provided = provided

    def reach(self, platform: str, python: str, groups: Iterable[str] = ()) -> list[PyPIPackage]:
        """The packages that the project needs on a platform, by name.

        Args:
            platform: The platform.
            python: The whole version of its Python.
            groups: The dependency groups that are needed, too.

        Raises:
            DiagnosticError: If a package has no file that fits the platform (WT410).
        """
        applies = _applier(PLATFORMS[platform], python)
        edges = list(self._root.get("dependencies", ()))
        for group in groups:
            edges += self._root.get("dev-dependencies", {}).get(group, ())
        found: dict[str, PyPIPackage] = {}
        seen: set[tuple[str, str]] = set()
        while edges:
            edge = edges.pop()
            if edge["name"] in self._provided[platform] or not applies(edge):
                continue
            package = self._choose(edge, applies)
            for extra in ("", *edge.get("extra", ())):
                if (edge["name"], extra) not in seen:
                    seen.add((edge["name"], extra))
                    edges += _edges(package, extra)
            if edge["name"] not in found:
                found[edge["name"]] = _locate(package, platform, python, applies)
        return sorted(found.values(), key=lambda package: package.name)

    def _choose(self, edge: Table, applies: Callable[[Table], bool]) -> Table:
        packages = self._packages[edge["name"]]
        if len(packages) == 1:
            return packages[0]
        for package in packages:
            same = all(package.get(key) == edge[key] for key in ("version", "source") if key in edge)
            marked = [{"marker": marker} for marker in package.get("resolution-markers", ())]
            if same and (not marked or any(map(applies, marked))):
                return package
        return packages[0]


def _edges(package: Table, extra: str) -> list[Table]:
    if extra:
        return list(package.get("optional-dependencies", {}).get(extra, ()))
    return list(package.get("dependencies", ()))


def _applier(platform: Platform, python: str) -> Callable[[Table], bool]:
    from packaging.markers import Marker

    environment = {
        **platform.markers,
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "implementation_name": "cpython",
        "implementation_version": python,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }
    return lambda edge: "marker" not in edge or Marker(edge["marker"]).evaluate(environment)


def _locate(package: Table, platform: str, python: str, applies: Callable[[Table], bool]) -> PyPIPackage:
    source = package["source"]
    requires = tuple(
        sorted({edge["name"] for edge in _edges(package, "") if applies(edge) and edge["name"] != package["name"]})
    )
    known = (package["name"], str(package.get("version", "0")))
    if "git" in source:
        return PyPIPackage(*known, f"git+{source['git']}", requires=requires)
    place = source.get("editable") or source.get("directory")
    if place is not None:
        return PyPIPackage(*known, place, editable="editable" in source, requires=requires)
    file = _file(package, platform, python)
    location = file.get("url") or source.get("url") or f"./{source['path']}"
    digest = str(file.get("hash", ""))
    sha256 = digest.removeprefix(_HASH) if digest.startswith(_HASH) else None
    return PyPIPackage(*known, location, sha256, requires=requires)


def _file(package: Table, platform: str, python: str) -> Table:
    """The file that the platform gets: the best wheel, or the source distribution."""
    wheels: dict[str, Table] = {_name(wheel): wheel for wheel in package.get("wheels", ())}
    best = best_wheel(wheels, platform, python)
    if best is not None:
        return wheels[best]
    if "sdist" in package:
        sdist: Table = package["sdist"]
        return sdist
    message = f"{package['name']} {package.get('version', '')} has no file for {platform} with Python {python}"
    hint = "require another version of it, or take it from a conda channel"
    raise DiagnosticError(Diagnostic(code=Code.PLATFORM_NOT_LOCKED, message=message, hint=hint))


def _name(wheel: Table) -> str:
    return str(wheel.get("filename") or PurePosixPath(urlsplit(wheel["url"]).path).name)
