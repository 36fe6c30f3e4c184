"""Which solver can give what a spec asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.requirement import CondaRequirement, PyPIRequirement, Requirement


def backend_of(requirements: Iterable[Requirement]) -> Literal["uv", "conda"]:
    """`uv` if every requirement comes from Python's package index, a path, git or a URL; else `conda`."""
    return "conda" if any(isinstance(requirement, CondaRequirement) for requirement in requirements) else "uv"


def pypi_requirements(requirements: Iterable[Requirement]) -> tuple[PyPIRequirement, ...]:
    """The requirements, if uv can give all of them.

    Raises:
        DiagnosticError: WT406, one for each conda package.
    """
    required = tuple(requirements)
    refused = [_refusal(requirement) for requirement in required if isinstance(requirement, CondaRequirement)]
    if refused:
        raise DiagnosticError(refused)
    return tuple(requirement for requirement in required if isinstance(requirement, PyPIRequirement))


def _refusal(requirement: CondaRequirement) -> Diagnostic:
    return Diagnostic(
        code=Code.CONDA_UNAVAILABLE,
        message=f"{requirement.name} is a conda package (channel {requirement.channel}), and this wt solves PyPI only",
        hint="add 'source: pypi' if PyPI has it; or give the tasks with --registry FILE, which needs no environment",
    )
