"""What has to be solved together: the requirements of one workflow, and wt's own packages that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from wt_envs.requirement import CondaRequirement, PyPIRequirement, Requirement


@dataclass(frozen=True, kw_only=True)
class Project:
    """The input of a solve.

    Attributes:
        name: The project's distribution name.
        requirements: What the author of the spec asks for.
        own: wt's own packages that are added, as PEP 508 names with extras, such as `wt-task[cli]`. A requirement of
            the same name with a version or source of its own takes the place of what wt would choose.
        requires_python: The versions of Python that the lock must hold for.
        groups: Dependency groups, such as `test`: locked, but not installed in realised environments.
        conda_groups: What the groups need from conda's channels.
        base: The directory that relative paths in the requirements are relative to.
    """

    name: str
    requirements: tuple[Requirement, ...] = ()
    own: tuple[str, ...] = ()
    requires_python: str = ">=3.11"
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    base: Path = field(default_factory=Path.cwd)
    conda_groups: dict[str, tuple[CondaRequirement, ...]] = field(default_factory=dict)

    @property
    def pypi(self) -> tuple[PyPIRequirement, ...]:
        """The requirements that uv meets."""
        return tuple(requirement for requirement in self.requirements if isinstance(requirement, PyPIRequirement))

    @property
    def conda(self) -> tuple[CondaRequirement, ...]:
        """The requirements that conda's channels meet."""
        return tuple(requirement for requirement in self.requirements if isinstance(requirement, CondaRequirement))
