"""All that goes into a solve: the dependencies, and for each package that is not to come from the index, from where."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.extras import check_extras
from wt_envs.neighbours import neighbours
from wt_envs.own import FAMILY, NAMES, own_pin, running_origin
from wt_envs.pin import Pin, split_name
from wt_envs.project import Project
from wt_envs.requirement import PyPIRequirement, Requirement, canonical
from wt_envs.uv_process import Progress
from wt_envs.wheels import build_archive, build_wheel, check_package

_PARTS: Final = 4
_ARCHIVES: Final = (".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz")


@dataclass(frozen=True)
class Ingredients:
    """What a solve starts from.

    Attributes:
        project: The project.
        dependencies: PEP 508 dependencies without their sources.
        pins: Where packages come from, by canonical name.
        states: The state of what is locked by its place, not by its contents, such as editable packages.
        environments: The markers of the environments that the lock must hold for; all if empty.
    """

    project: Project
    dependencies: tuple[str, ...]
    pins: dict[str, Pin]
    states: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    @property
    def wheels(self) -> tuple[Path, ...]:
        """The wheels that are locked, by name."""
        return tuple(sorted((pin.wheel for pin in self.pins.values() if pin.wheel), key=lambda wheel: wheel.name))

    @property
    def sources(self) -> dict[str, list[Mapping[str, Any]]]:
        """Uv's table of sources: for each package one, or more with markers."""
        return dict(sorted(self._sources()))

    @property
    def constraints(self) -> list[str]:
        """Names with the versions allowed, of the packages that only others ask for and of those with versions."""
        direct = {split_name(dependency) for dependency in self.dependencies}
        pins = self.pins.items()
        return sorted(f"{name}{pin.specifier}" for name, pin in pins if pin.specifier or name not in direct)

    def _sources(self) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
        for name, pin in self.pins.items():
            if pin.wheel is not None:
                yield name, [{"path": f"wheels/{pin.wheel.name}"}]
            elif pin.source is not None:
                yield name, [pin.source]
            elif pin.sources:
                yield name, list(pin.sources)


def gather(project: Project, *, also: Collection[str] = (), progress: Progress | None = None) -> Ingredients:
    """Find everything that goes into the solve of a project; builds the wheels that are not built yet.

    Args:
        project: The project.
        also: More of wt's own packages that another one asks for.
        progress: Told what is being done.

    Raises:
        DiagnosticError: If a package is required twice or has no such extra (WT115), a source is missing or no package
            (WT402), or a wheel cannot be built (WT403).
    """
    _check_unique(project.requirements)
    requirements = project.pypi
    required = {requirement.canonical_name: requirement for requirement in requirements}
    pins: dict[str, Pin] = {}
    states: list[str] = []
    grouped = {split_name(name) for group in project.groups.values() for name in group} & NAMES
    for name in dict.fromkeys([*FAMILY, *(split_name(own) for own in project.own), *sorted(grouped), *also]):
        if name not in required or not _says_from_where(required[name]):
            pins[name] = own_pin(name, progress=progress)
    for requirement in requirements:
        place = _place(requirement, project.base)
        pin = _pin(requirement, place, progress)
        if pin is not None:
            pins[requirement.canonical_name] = pin
            states += _states(requirement, pin)
        if place is not None and not requirement.editable:
            _add_neighbours(place, {*pins, *required}, pins, progress)
    specifiers = [requirement.specifier for requirement in requirements]
    return Ingredients(project, tuple(dict.fromkeys([*specifiers, *project.own])), pins, tuple(states))


def _says_from_where(requirement: PyPIRequirement) -> bool:
    """Whether a requirement of one of wt's packages says itself where it comes from, and wt need not choose."""
    return requirement.is_sourced or (requirement.version is not None and running_origin().is_index)


def _place(requirement: PyPIRequirement, base: Path) -> Path | None:
    if requirement.path is None:
        return None
    return (base.absolute() / Path(requirement.path).expanduser() / (requirement.subdirectory or "")).resolve()


def _pin(requirement: PyPIRequirement, place: Path | None, progress: Progress | None) -> Pin | None:
    inside = {"subdirectory": requirement.subdirectory} if requirement.subdirectory else {}
    if requirement.git is not None:
        chosen = {key: getattr(requirement, key) for key in ("rev", "branch", "tag") if getattr(requirement, key)}
        return Pin(source={"git": requirement.git, **chosen, **inside})
    if requirement.url is not None:
        return Pin(source={"url": requirement.url, **inside})
    if place is None:
        return None
    if requirement.editable:
        check_package(place)
        return Pin(source={"path": str(place), "editable": True})
    wheel = _wheel(requirement.name, place, progress)
    check_extras(requirement.name, requirement.extras, wheel)
    return Pin(wheel=wheel)


def _wheel(name: str, place: Path, progress: Progress | None) -> Path:
    if place.suffix == ".whl" and place.is_file():
        wheel = place
    elif place.name.endswith(_ARCHIVES) and place.is_file():
        wheel = build_archive(place, progress=progress)
    else:
        wheel = build_wheel(place, progress=progress)
    _check_name(name, wheel, place)
    return wheel


def _add_neighbours(place: Path, taken: set[str], pins: dict[str, Pin], progress: Progress | None) -> None:
    for name, found in neighbours(place):
        if name in taken:
            continue
        taken.add(name)
        pins[name] = found if isinstance(found, Pin) else Pin(wheel=_wheel(name, found, progress))
        if isinstance(found, Path):
            _add_neighbours(found, taken, pins, progress)


def _states(requirement: PyPIRequirement, pin: Pin) -> list[str]:
    if not requirement.editable or pin.source is None:
        return []
    files = [Path(pin.source["path"], name) for name in ("pyproject.toml", "setup.cfg", "setup.py")]
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]


def _check_unique(requirements: tuple[Requirement, ...]) -> None:
    names = [canonical(requirement.name) for requirement in requirements]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DiagnosticError(
            [
                Diagnostic(code=Code.WRONG_REQUIREMENT, message=f"{name} is required twice", hint="keep one of them")
                for name in repeated
            ]
        )


def _check_name(required: str, wheel: Path, place: Path) -> None:
    if wheel.name.count("-") >= _PARTS and canonical(wheel.name.partition("-")[0]) == canonical(required):
        return
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        name = parse_wheel_filename(wheel.name)[0]
    except InvalidWheelFilename as error:
        message = f"{place} is no wheel: {error}"
        raise DiagnosticError(Diagnostic(code=Code.REQUIREMENT_SOURCE_MISSING, message=message)) from error
    message = f"the package in {place} is called {name}, and the requirement {required}"
    raise DiagnosticError(
        Diagnostic(code=Code.REQUIREMENT_SOURCE_MISSING, message=message, hint=f"write 'name: {name}'")
    )
