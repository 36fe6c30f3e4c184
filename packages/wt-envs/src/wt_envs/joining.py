"""Two requirements of one package as one."""

from __future__ import annotations

import posixpath
import re
from dataclasses import asdict, replace
from typing import Final

from packaging.specifiers import SpecifierSet

from wt_envs.requirement import CondaRequirement, PyPIRequirement, Requirement

_VERSION: Final = re.compile(r"[0-9][\w.!+-]*")


def joined(one: Requirement, other: Requirement) -> Requirement | None:
    """A requirement that meets two of the same package.

    Args:
        one: The first.
        other: The other one.

    Returns:
        Both of them as one; None if they certainly do not go together. A solve finds out if any release meets both.
    """
    if isinstance(one, PyPIRequirement) and isinstance(other, PyPIRequirement):
        return _both_pypi(one, other)
    if isinstance(one, CondaRequirement) and isinstance(other, CondaRequirement):
        return _both_conda(one, other)
    return None


def _both_pypi(one: PyPIRequirement, other: PyPIRequirement) -> PyPIRequirement | None:
    extras = tuple(dict.fromkeys((*one.extras, *other.extras)))
    if one.is_sourced or other.is_sourced:
        same = _source(one) == _source(other)
        return replace(one, extras=extras) if same else None
    clauses = dict.fromkeys(clause for each in (one, other) if each.version for clause in each.version.split(","))
    version = ",".join(clauses) or None
    if version is not None and not _satisfiable(version):
        return None
    return replace(one, extras=extras, version=version)


def _source(requirement: PyPIRequirement) -> dict[str, object]:
    """Where it comes from; a path as it is once needless parts are gone."""
    fields = {key: value for key, value in asdict(requirement).items() if key not in ("name", "extras")}
    return {**fields, "path": posixpath.normpath(requirement.path) if requirement.path else None}


def _satisfiable(version: str) -> bool:
    """Whether some version meets all clauses: if so, one that a clause names does, or one right behind such."""
    named = ["0", *_VERSION.findall(version.replace(".*", ""))]
    candidates = [*named, *(f"{name}.0.0.1" for name in named if re.fullmatch(r"[\d.]+", name))]
    return any(SpecifierSet(version).contains(candidate, prereleases=True) for candidate in candidates)


def _both_conda(one: CondaRequirement, other: CondaRequirement) -> CondaRequirement | None:
    if one.channel != other.channel:
        return None
    versions = dict.fromkeys(each.version for each in (one, other) if each.version != "*")
    if len(versions) == 2 and any("|" in version for version in versions):
        return None
    return replace(one, version=",".join(versions) or "*")
