"""Versions as conda writes them, from versions as Python writes them; and which PyPI package a conda package is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wt_envs.requirement import CondaRequirement, canonical

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

# Where conda-forge has given a package another name than it has on PyPI.
_PYPI_NAMES: Final = {
    "graphviz-python": "graphviz",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "python-build": "build",
    "python-graphviz": "graphviz",
    "python-tzdata": "tzdata",
    "python-xxhash": "xxhash",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "tensorflow-base": "tensorflow",
}


def conda_clauses(specifiers: SpecifierSet) -> str:
    """A PEP 440 version specifier as a conda version spec; `*` for any version."""
    clauses = []
    for specifier in sorted(specifiers, key=str):
        if specifier.operator in ("==", "===") and specifier.version.endswith(".*"):
            clauses.append(specifier.version)
        else:
            clauses.append(f"{specifier.operator.replace('===', '==')}{specifier.version}")
    return ",".join(clauses) or "*"


def match_spec(requirement: CondaRequirement, channel: str) -> str:
    """A requirement as conda's solvers read it.

    Args:
        requirement: The requirement.
        channel: The URL of its channel.
    """
    version = re.sub(r"\s*([,|])\s*", r"\1", requirement.version)
    # As conda reads it, a version without an operator is that very version; rattler wants it said.
    version = re.sub(r"(?<![^,|(])(\d[^,|*=]*)(?=[,|)]|$)", r"==\1", version)
    return f"{channel.rstrip('/')}::{requirement.name} {version}"


def pypi_name(conda_name: str) -> str:
    """The canonical name that a Python package has on PyPI, by its name in conda's channels."""
    return _PYPI_NAMES.get(conda_name, canonical(conda_name))
