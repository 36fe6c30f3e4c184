"""One solve of a project with conda packages, from the channels to the files of its lock."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wt_envs.conda_part import CondaPart, solve_channels
from wt_envs.conda_records import provided
from wt_envs.ingredients import Ingredients, gather
from wt_envs.lock import UV_LOCK, WHEELS
from wt_envs.pixi_lock import LOCK, MANIFEST, NOTES
from wt_envs.pixi_manifest import render_manifest
from wt_envs.pixi_writer import ENVIRONMENTS, Locked, write_lock
from wt_envs.platforms import PLATFORMS
from wt_envs.preferences import keep_conda, last_conda
from wt_envs.pypi_closure import Closure
from wt_envs.rattler_process import Rattler
from wt_envs.stand_ins import stand_in_pins
from wt_envs.store import ENTRY
from wt_envs.uv_process import Progress
from wt_envs.uv_solve import lock_ingredients
from wt_envs.wheel_metadata import extra_lines


def solve_into(staging: Path, ingredients: Ingredients, upgrade: bool, progress: Progress | None) -> None:
    """Solve, and write manifest, lock and wheels into the entry of a staging directory.

    Args:
        staging: The directory.
        ingredients: What goes into the solve.
        upgrade: Whether to look for newer versions.
        progress: Told what is being done.

    Raises:
        DiagnosticError: See `wt_envs.solve.solve`.
    """
    _tell(progress, f"solving the environment of {ingredients.project.name}")
    with Rattler(progress) as rattler:
        _Solve(rattler, ingredients, staging, upgrade, progress).run()


class _Solve:
    def __init__(
        self, rattler: Rattler, ingredients: Ingredients, staging: Path, upgrade: bool, progress: Progress | None
    ) -> None:
        self._rattler = rattler
        self._ingredients = ingredients
        self._project = ingredients.project
        self._staging = staging
        self._entry = staging / ENTRY
        self._upgrade = upgrade
        self._progress = progress

    def run(self) -> None:
        locked = None if self._upgrade else last_conda(self._project)
        conda = solve_channels(self._rattler, self._ingredients, locked)
        for note in conda.notes:
            _tell(self._progress, note)
        pins = self._lock_pypi(conda)
        locked_parts = self._join(conda)
        reached = {
            environment: {package.name for part in parts.values() for package in part.pypi}
            for environment, parts in locked_parts.items()
        }
        manifest = render_manifest(self._project, conda, pins, reached)
        self._entry.mkdir(exist_ok=True)
        write_lock(self._rattler, self._entry / LOCK, conda, locked_parts)
        (self._entry / MANIFEST).write_text(manifest, encoding="utf-8")
        (self._entry / NOTES).write_text("\n".join(conda.notes), encoding="utf-8")
        self._keep_wheels(pins, locked_parts)
        keep_conda(self._project, (self._entry / LOCK).read_text(encoding="utf-8"))

    def _lock_pypi(self, conda: CondaPart) -> Ingredients:
        """Let uv choose what comes from PyPI, beside what conda gives."""
        directory = self._staging / "pypi"
        also: list[str] = []
        while True:
            shutil.rmtree(directory, ignore_errors=True)
            ingredients = gather(self._project, also=also, progress=self._progress)
            ingredients = self._beside(conda, ingredients, directory)
            more = lock_ingredients(directory, ingredients, upgrade=self._upgrade, progress=self._progress)
            if not more:
                return ingredients
            also += more

    def _beside(self, conda: CondaPart, ingredients: Ingredients, directory: Path) -> Ingredients:
        sourced = {name for name in self._provided(conda) if self._says_from_where(name)}
        names = {
            platform: {name: version for name, version in provided(packages).items() if name not in sourced}
            for platform, packages in conda.packages["default"].items()
        }
        extras = {name: extra_lines(pin.wheel) for name, pin in ingredients.pins.items() if pin.wheel is not None}
        pins = {**ingredients.pins, **stand_in_pins(names, extras, directory)}
        environments = tuple(
            f"{PLATFORMS[platform].marker} and python_full_version == '{_minor(python)}.*'"
            for platform, python in conda.pythons.items()
        )
        return replace(ingredients, pins=pins, environments=environments)

    def _provided(self, conda: CondaPart) -> set[str]:
        return {name for packages in conda.packages["default"].values() for name in provided(packages)}

    def _says_from_where(self, name: str) -> bool:
        return any(item.canonical_name == name and item.is_sourced for item in self._project.pypi)

    def _join(self, conda: CondaPart) -> dict[str, dict[str, Locked]]:
        text = (self._staging / "pypi" / UV_LOCK).read_text(encoding="utf-8")
        joined: dict[str, dict[str, Locked]] = {}
        for environment, groups in ENVIRONMENTS.items():
            joined[environment] = {}
            known = {
                platform: {name for name in provided(packages) if not self._says_from_where(name)}
                for platform, packages in conda.packages[environment].items()
            }
            closure = Closure(text, known)
            for platform, python in conda.pythons.items():
                pypi = closure.reach(platform, python, groups)
                joined[environment][platform] = Locked(conda.keys[environment][platform], pypi)
        return joined

    def _keep_wheels(self, ingredients: Ingredients, locked: Mapping[str, Mapping[str, Locked]]) -> None:
        parts = [part for platforms in locked.values() for part in platforms.values()]
        used = {package.location for part in parts for package in part.pypi}
        wheels = [wheel for wheel in ingredients.wheels if f"./{WHEELS}/{wheel.name}" in used]
        if wheels:
            (self._entry / WHEELS).mkdir()
        for wheel in wheels:
            shutil.copyfile(wheel, self._entry / WHEELS / wheel.name)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _tell(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress(message)
