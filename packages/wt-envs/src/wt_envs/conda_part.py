"""What conda's channels give to a project: for each platform, and for each of its environments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.conda_records import CondaPackage, python_version
from wt_envs.conda_spec import conda_clauses, match_spec, pypi_name
from wt_envs.ingredients import Ingredients
from wt_envs.own import NAMES
from wt_envs.pin import split_name
from wt_envs.platforms import PLATFORMS, Platform
from wt_envs.rattler_process import Rattler, RattlerError
from wt_envs.rattler_words import explain_solve
from wt_envs.requirement import CondaRequirement
from wt_envs.wheel_metadata import applies, requires

if TYPE_CHECKING:
    from packaging.requirements import Requirement


@dataclass(frozen=True)
class CondaPart:
    """What was solved.

    Attributes:
        channels: The URLs of the channels, the first has the highest priority.
        packages: The packages by environment and platform.
        keys: What the process that solved calls each of them.
        pythons: The version of Python on each platform.
        injected: What wt adds by itself: names with conda version specs.
        notes: What gave way to what, a sentence each.
    """

    channels: dict[str, str]
    packages: dict[str, dict[str, list[CondaPackage]]]
    keys: dict[str, dict[str, str]]
    pythons: dict[str, str]
    injected: dict[str, str]
    notes: tuple[str, ...]


def solve_channels(rattler: Rattler, ingredients: Ingredients, locked: Path | None = None) -> CondaPart:
    """Solve the conda requirements of a project for every platform.

    What wt needs beside (Python, and what its own packages depend on) is added if the channels have it, unless the
    requirements bring it by themselves, directly or not: then theirs is taken.

    Args:
        rattler: Who solves.
        ingredients: The project, and wt's own packages.
        locked: A lock whose versions are kept where they can be.

    Raises:
        DiagnosticError: If the requirements cannot be met (WT401) or a channel cannot be reached (WT409).
    """
    return _Channels(rattler, ingredients, locked).solve()


class _Channels:
    def __init__(self, rattler: Rattler, ingredients: Ingredients, locked: Path | None) -> None:
        self._rattler = rattler
        self._project = ingredients.project
        self._own = list(_own_needs(ingredients))
        self._locked = str(locked) if locked else None
        groups = [item for group in self._project.conda_groups.values() for item in group]
        self._requirements = [*self._project.conda, *groups]
        names = list(dict.fromkeys(requirement.channel for requirement in self._requirements))
        self._channels: dict[str, str] = self._ask(partial(rattler.ask, "channel_urls", channels=names))
        self._notes: dict[str, None] = {}
        self._injected: dict[str, str] = {}

    def solve(self) -> CondaPart:
        packages: dict[str, dict[str, list[CondaPackage]]] = {"default": {}, "runner": {}, "test": {}}
        keys: dict[str, dict[str, str]] = {"default": {}, "runner": {}, "test": {}}
        pythons: dict[str, str] = {}
        for platform in PLATFORMS.values():
            found, key = self._default(platform)
            version = python_version(found)
            if version is None:
                raise DiagnosticError(_no_python(platform.name))
            pythons[platform.name] = version
            for environment in packages:
                group = self._project.conda_groups.get(environment, ())
                members, name = self._more(platform, group, environment, key) if group else (found, key)
                packages[environment][platform.name] = members
                keys[environment][platform.name] = name
        return CondaPart(self._channels, packages, keys, pythons, self._injected, tuple(self._notes))

    def _default(self, platform: Platform) -> tuple[list[CondaPackage], str]:
        """The packages of the default environment, and the key of their solve."""
        required = {requirement.name for requirement in self._project.conda}
        specs = self._specs(self._project.conda)
        if "python" not in required:
            self._injected["python"] = self._project.requires_python
            specs.append(f"python {self._project.requires_python}")
        found = self._run(platform, specs, f"spec/{platform.name}", locked=self._locked)
        wanted = self._wanted(platform, found)
        if not wanted:
            return found, f"spec/{platform.name}"
        key = f"default/{platform.name}"
        try:
            more = [*specs, *(f"{name} {version}" for name, version in wanted.items())]
            found = self._request(platform, more, key, pinned=f"spec/{platform.name}", locked=self._locked)
        except RattlerError:
            # What the channels cannot give beside the requirements, PyPI may.
            return found, f"spec/{platform.name}"
        self._injected.update(wanted)
        return found, key

    def _wanted(self, platform: Platform, found: Sequence[CondaPackage]) -> dict[str, str]:
        """What wt's own packages need that the requirements do not bring and the channels have."""
        chosen = {pypi_name(package.name): package for package in found}
        missing: dict[str, str] = {}
        for requirement in self._own:
            name, version = split_name(requirement.name), conda_clauses(requirement.specifier)
            if name not in chosen:
                missing[name] = version
            elif name not in {pypi_name(required.name) for required in self._project.conda}:
                given = chosen[name].version
                self._notes[f"{name} {given} of the requirements takes the place of the {name} that wt adds"] = None
        if not missing:
            return {}
        urls = list(self._channels.values())
        names = self._ask(partial(self._rattler.ask, "names", channels=urls, platform=platform.name))
        return {name: version for name, version in missing.items() if name in set(names)}

    def _more(
        self, platform: Platform, group: Sequence[CondaRequirement], environment: str, key: str
    ) -> tuple[list[CondaPackage], str]:
        name = f"{environment}/{platform.name}"
        injected = [f"{name} {version}" for name, version in self._injected.items()]
        specs = [*self._specs(self._project.conda), *injected, *self._specs(group)]
        return self._run(platform, specs, name, pinned=key), name

    def _specs(self, requirements: Sequence[CondaRequirement]) -> list[str]:
        return [match_spec(requirement, self._channels[requirement.channel]) for requirement in requirements]

    def _run(
        self, platform: Platform, specs: list[str], key: str, *, pinned: str = "", locked: str | None = None
    ) -> list[CondaPackage]:
        try:
            return self._request(platform, specs, key, pinned=pinned, locked=locked)
        except RattlerError as error:
            urls = list(self._channels.values())
            look = partial(self._rattler.ask, channels=urls, platform=platform.name)
            raise explain_solve(error, self._requirements, platform.name, look) from error

    def _request(
        self, platform: Platform, specs: list[str], key: str, *, pinned: str, locked: str | None
    ) -> list[CondaPackage]:
        records = self._rattler.ask(
            "solve",
            key=key,
            channels=list(self._channels.values()),
            specs=specs,
            platform=platform.name,
            virtual=platform.virtual,
            pinned=pinned,
            locked=locked,
        )
        return [CondaPackage.from_record(record) for record in records]

    def _ask(self, request: partial[dict[str, str]]) -> dict[str, str]:
        try:
            return request()
        except RattlerError as error:
            raise explain_solve(error, self._requirements, "", None) from error


def _own_needs(ingredients: Ingredients) -> Iterator[Requirement]:
    """What wt's own packages depend on beside each other."""
    for text in ingredients.project.own:
        pin = ingredients.pins.get(split_name(text))
        if pin is not None and pin.wheel is not None:
            extras = tuple(text.partition("[")[2].rstrip("]").split(",")) if "[" in text else ()
            for requirement in requires(pin.wheel):
                if applies(requirement, extras) and split_name(requirement.name) not in NAMES:
                    yield requirement


def _no_python(platform: str) -> Diagnostic:
    message = f"no Python is among the packages for {platform}"
    hint = "a workflow is a Python program: require 'python' from one of the channels"
    return Diagnostic(code=Code.REQUIREMENTS_UNSOLVABLE, message=message, hint=hint)
