"""The environment of a spec: from its requirements to a lock, and to what the task libraries in it offer."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.registry import RegistryOutput

from wt_compiler.discovery import DEFAULT_TIMEOUT, Progress, discover_current, discover_locked, read_registry
from wt_compiler.names import name_workflow
from wt_compiler.spec import Spec

if TYPE_CHECKING:
    from wt_contracts.diagnostics import Diagnostic
    from wt_envs.lock import AnyLock
    from wt_envs.project import Project
    from wt_envs.requirement import Requirement

    from wt_compiler.values import Position

OWN: Final = ("wt-engine", "wt-task[cli]", "wt-registry")
"""What wt puts into every environment: what compiled workflows import, and what discovery asks."""

_ABOUT_REQUIREMENTS: Final = frozenset(
    {
        Code.WRONG_REQUIREMENT,
        Code.REQUIREMENTS_UNSOLVABLE,
        Code.REQUIREMENT_SOURCE_MISSING,
        Code.WHEEL_BUILD_FAILED,
        Code.CHANNEL_UNREACHABLE,
        Code.CONDA_UNAVAILABLE,
        Code.PLATFORM_NOT_LOCKED,
    }
)
"""What wt-envs says of these has its place in the spec, which wt-envs does not know."""

GROUPS: Final = {"test": ("pytest",)}
"""What a workspace's own tests need beside."""

CONDA_GROUPS: Final = {"runner": ("wt-cli", "wt-invokers")}
"""What runs a workspace from inside its environment `runner`; a uv workspace has no such environment."""


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


def check_named_exceptions(
    spec: Spec, base: Path, source: TaskSource, lock: AnyLock | None = None, progress: Progress | None = None
) -> None:
    """Check the exceptions of other packages that a spec names, as far as its environment is known.

    Args:
        spec: The spec; its findings get what is wrong.
        base: The directory that paths in its requirements are relative to.
        source: Where to look.
        lock: The lock of its environment, if it is there already.
        progress: Is told what is being done.

    Raises:
        DiagnosticError: The environment has to be built, and cannot be.
    """
    if source.registry is not None or not any(True for _ in spec.findings.foreign_exceptions):
        return
    from wt_compiler.foreign_exceptions import asked_of, check_exceptions, remembered

    if source.current:
        check_exceptions(spec.findings, lambda names: asked_of([sys.executable, "-P"], names, source.timeout))
    elif not spec.findings.failed:
        known = lock or lock_spec(spec, base, progress=progress)
        check_exceptions(spec.findings, lambda names: remembered(known, names, source.timeout))


def lock_spec(
    spec: Spec,
    base: Path,
    *,
    name: str | None = None,
    upgrade: bool = False,
    overrides: Path | None = None,
    progress: Progress | None = None,
) -> AnyLock:
    """Solve the requirements of a spec without errors; solving the same again starts no process.

    Args:
        spec: The spec.
        base: The directory that paths in its requirements are relative to.
        name: What the lock calls the workflow's project; by default derived from the spec's id.
        upgrade: Whether to look for newer versions.
        overrides: A file that replaces requirements.
        progress: Is told what is being done.

    Raises:
        DiagnosticError: If the requirements cannot be solved together, each at its place in the spec.
    """
    from wt_envs.backend import backend_of
    from wt_envs.project import Project
    from wt_envs.solve import solve

    assert spec.id is not None
    groups = GROUPS if backend_of(spec.requirements) == "uv" else {**GROUPS, **CONDA_GROUPS}
    project = Project(
        name=name or name_workflow(spec.id.text).project,
        requirements=spec.requirements,
        own=OWN,
        groups=dict(groups),
        base=base,
    )
    try:
        if overrides is not None:
            project = _override(project, overrides, spec)
        return solve(project, upgrade=upgrade, progress=progress)
    except DiagnosticError as error:
        found = [_placed(item, spec) if item.code in _ABOUT_REQUIREMENTS else item for item in error.diagnostics]
        raise DiagnosticError(found, exit_code=error.exit_code) from error


def _override(project: Project, path: Path, spec: Spec) -> Project:
    from wt_envs.overrides import override, read_overrides

    overridden, displaced = override(project, read_overrides(path))
    for name, message in displaced.items():
        spec.findings.warn(Code.REQUIREMENT_DISPLACED, message, _position_of(name, spec))
    return overridden


def _placed(diagnostic: Diagnostic, spec: Spec) -> Diagnostic:
    """A diagnostic at the requirement that it is about: the first one that it names."""
    text = diagnostic.message
    at, place = len(text), spec.requirements_position
    for requirement, position, _ in spec.required:
        for word in _words_of(requirement):
            found = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE)
            if found and found.start() < at:
                at, place = found.start(), position
    return spec.findings.placed(diagnostic, place)


def _words_of(requirement: Requirement) -> list[str]:
    """By what a message may name a requirement."""
    from wt_envs.requirement import CondaRequirement, canonical

    if isinstance(requirement, CondaRequirement):
        return [requirement.name, requirement.channel]
    sources = [requirement.path and requirement.path.removeprefix("./").rstrip("/"), requirement.git, requirement.url]
    return [requirement.name, canonical(requirement.name), *(source for source in sources if source)]


def _position_of(name: str, spec: Spec) -> Position:
    from wt_envs.requirement import canonical

    found = (each.position for each in spec.required if canonical(each.requirement.name) == name)
    return next(found, spec.requirements_position)
