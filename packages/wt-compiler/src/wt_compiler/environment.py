"""The environment of a spec: from its requirements to a lock, and to what the task libraries in it offer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.registry import RegistryOutput

from wt_compiler.discovery import DEFAULT_TIMEOUT, Progress, discover_current, discover_locked, read_registry
from wt_compiler.names import name_workflow
from wt_compiler.spec import Spec

if TYPE_CHECKING:
    from wt_envs.lock import Lock
    from wt_envs.requirement import CondaRequirement

OWN: Final = ("wt-engine", "wt-task[cli]", "wt-registry")
"""What wt puts into every environment: what compiled workflows import, and what discovery asks."""

_ABOUT_REQUIREMENTS: Final = frozenset(
    {
        Code.WRONG_REQUIREMENT,
        Code.REQUIREMENTS_UNSOLVABLE,
        Code.REQUIREMENT_SOURCE_MISSING,
        Code.WHEEL_BUILD_FAILED,
    }
)
"""What wt-envs says of these has its place in the spec, which wt-envs does not know."""

GROUPS: Final = {"test": ("pytest",)}
"""What a workspace's own tests need beside."""


class TaskSource(NamedTuple):
    """Where to learn what the task libraries offer; the spec's own environment unless something else is chosen.

    Attributes:
        registry: A stored registry output.
        current: Whether to ask the interpreter that runs now.
        timeout: Seconds that the libraries may take to be imported.
    """

    registry: Path | None = None
    current: bool = False
    timeout: float = DEFAULT_TIMEOUT


def find_tasks(spec: Spec, base: Path, source: TaskSource, progress: Progress | None = None) -> RegistryOutput:
    """Find out what the task libraries of a spec offer.

    Args:
        spec: The spec.
        base: The directory that paths in its requirements are relative to.
        source: Where to look.
        progress: Is told what is being done.

    Raises:
        DiagnosticError: Holds what is wrong with the spec so far, if its environment has to be built and it has errors;
            or says why there is no answer.
    """
    if source.registry is not None:
        return read_registry(source.registry)
    if source.current:
        return discover_current(timeout=source.timeout, progress=progress)
    spec.findings.raise_if_failed()
    lock = lock_spec(spec, base, progress=progress)
    return discover_locked(lock, timeout=source.timeout, progress=progress)


def conda_requirements(spec: Spec) -> list[CondaRequirement]:
    """The requirements that need conda, for which there is no lock yet."""
    from wt_envs.requirement import CondaRequirement

    return [requirement for requirement in spec.requirements if isinstance(requirement, CondaRequirement)]


def lock_spec(
    spec: Spec, base: Path, *, name: str | None = None, upgrade: bool = False, progress: Progress | None = None
) -> Lock:
    """Solve the requirements of a spec without errors; solving the same again starts no process.

    Args:
        spec: The spec.
        base: The directory that paths in its requirements are relative to.
        name: What the lock calls the workflow's project; by default derived from the spec's id.
        upgrade: Whether to look for newer versions.
        progress: Is told what is being done.

    Raises:
        DiagnosticError: If a requirement needs conda, or they cannot be solved together.
    """
    if conda := conda_requirements(spec):
        names = ", ".join(requirement.name for requirement in conda)
        message = f"the spec requires conda packages ({names}), which cannot be installed yet"
        hint = "give '--registry FILE' with the output of `wt-registry --format json`, or require them from PyPI"
        spec.findings.error(Code.CONDA_UNAVAILABLE, message, spec.requirements_position, hint)
        raise DiagnosticError(spec.findings.sorted)
    from wt_envs.project import Project
    from wt_envs.requirement import PyPIRequirement
    from wt_envs.solve import solve

    assert spec.id is not None
    project = Project(
        name=name or name_workflow(spec.id.text).project,
        requirements=tuple(item for item in spec.requirements if isinstance(item, PyPIRequirement)),
        own=OWN,
        groups=dict(GROUPS),
        base=base,
    )
    try:
        return solve(project, upgrade=upgrade, progress=progress)
    except DiagnosticError as error:
        at, place = spec.requirements_position, spec.findings.placed
        found = [place(item, at) if item.code in _ABOUT_REQUIREMENTS else item for item in error.diagnostics]
        raise DiagnosticError(found, exit_code=error.exit_code) from error
