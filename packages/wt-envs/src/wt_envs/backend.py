"""Which solver can give what a spec asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from wt_envs.requirement import CondaRequirement, Requirement


def backend_of(requirements: Iterable[Requirement]) -> Literal["uv", "conda"]:
    """`uv` if every requirement comes from Python's package index, a path, git or a URL; else `conda`."""
    return "conda" if any(isinstance(requirement, CondaRequirement) for requirement in requirements) else "uv"
