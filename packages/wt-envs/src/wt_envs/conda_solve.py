"""A project with conda packages to its lock: conda's channels first, then what is left to PyPI."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Final

from wt_envs.file_url import path_of
from wt_envs.ingredients import Ingredients, gather
from wt_envs.pixi_lock import PixiLock
from wt_envs.platforms import PLATFORMS
from wt_envs.project import Project
from wt_envs.pyproject import render
from wt_envs.requirement import CondaRequirement
from wt_envs.store import obtain
from wt_envs.uv_process import Progress
from wt_envs.uv_solve import KIND, solve_key

_RULES: Final = "conda-2"


def solve_conda(project: Project, *, upgrade: bool = False, progress: Progress | None = None) -> PixiLock:
    """Solve a project some of whose requirements are conda packages.

    Args:
        project: What is needed.
        upgrade: Whether to look for newer versions.
        progress: Told what is being done.

    Returns:
        The lock, for every platform and each of the environments `default`, `runner` and `test`.

    Raises:
        DiagnosticError: See `wt_envs.solve.solve`.
    """
    ingredients = gather(project, progress=progress)

    def build(staging: Path) -> None:
        from wt_envs.pixi_solve import solve_into

        solve_into(staging, ingredients, upgrade, progress)

    waiting = None if progress is None else lambda: progress("waiting for another process that solves the same")
    return PixiLock.read(obtain(KIND, _key(ingredients), build, on_wait=waiting, replace=upgrade))


def _key(ingredients: Ingredients) -> str:
    project = ingredients.project
    channels = {requirement.channel for requirement in _all_conda(project)}
    states = sorted(f"{channel}\0{_channel_state(channel)}" for channel in channels)
    described = json.dumps(dataclasses.asdict(dataclasses.replace(project, base=Path())), default=str)
    parts = [_RULES, described, solve_key(render(ingredients), ingredients), *states]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _all_conda(project: Project) -> list[CondaRequirement]:
    return [*project.conda, *(item for group in project.conda_groups.values() for item in group)]


def _channel_state(channel: str) -> str:
    """What changes whenever a channel on this machine does; of others nothing is known without asking."""
    if not channel.startswith("file://"):
        return ""
    directory = path_of(channel)
    states = []
    for platform in ("noarch", *PLATFORMS):
        try:
            state = (directory / platform / "repodata.json").stat()
        except OSError:
            states.append(platform)
        else:
            states.append(f"{platform} {state.st_size} {state.st_mtime_ns} {state.st_ino}")
    return "\n".join(states)
