"""A project to its lock; the second time without starting anything."""

from __future__ import annotations

from wt_envs.backend import backend_of
from wt_envs.lock import AnyLock
from wt_envs.project import Project
from wt_envs.uv_process import Progress


def solve(project: Project, *, upgrade: bool = False, progress: Progress | None = None) -> AnyLock:
    """Choose a version of every package that a project needs, for every platform.

    Args:
        project: What is needed. If conda packages are among it, conda's channels are solved first, and uv adds what is
            to come from PyPI; else uv solves all.
        upgrade: Whether to look for newer versions, instead of what was solved before.
        progress: Told what is being done.

    Returns:
        The lock. The same project with the same sources, channels and indexes gives the same lock, from the cache.

    Raises:
        DiagnosticError: If the requirements cannot be met (WT401), a source is missing or no package (WT402), a wheel
            cannot be built (WT403), a package is required twice (WT115), the cache cannot be written (WT407), or conda
            packages are required and py-rattler is not installed (WT406) or a channel not reached (WT409).
    """
    if (
        backend_of([*project.requirements, *(item for group in project.conda_groups.values() for item in group)])
        == "uv"
    ):
        from wt_envs.uv_solve import solve_pypi

        return solve_pypi(project, upgrade=upgrade, progress=progress)
    from wt_envs.conda_solve import solve_conda

    return solve_conda(project, upgrade=upgrade, progress=progress)
