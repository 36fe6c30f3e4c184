"""A file that replaces requirements: the last word, over what wt adds and what a spec requires."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss

from wt_envs.pin import split_name
from wt_envs.project import Project
from wt_envs.requirement import (
    CondaRequirement,
    PyPIRequirement,
    Requirement,
    RequirementError,
    canonical,
    conda_requirement,
    pypi_requirement,
)

FEATURES: Final = ("default", "runner", "test")
_TABLES: Final = ("dependencies", "pypi-dependencies")
_CONDA_FIELDS, _PYPI_FIELDS = (
    tuple(field.name for field in dataclasses.fields(kind) if field.name != "name")
    for kind in (CondaRequirement, PyPIRequirement)
)

Overrides = Mapping[str, tuple[Requirement, ...]]
"""For each feature, what it must have."""


def read_overrides(path: Path) -> Overrides:
    """Read a file with tables `[feature.<default|runner|test>.<dependencies|pypi-dependencies>]`.

    Args:
        path: A TOML file. A value is a version, or a table as a spec's requirement has it without `name`; a path in it
            is relative to the file.

    Raises:
        DiagnosticError: If it cannot be read, or something in it is unknown, wrong or there twice (WT416).
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        _refuse(path, f"cannot be read: {error.strerror}")
    except ValueError as error:
        _refuse(path, f"is no TOML: {error}")
    _check_keys(path, tables, ("feature",), "the file")
    features = tables.get("feature", {})
    _check_keys(path, features, FEATURES, "'feature'")
    return {feature: tuple(_read(path, feature, features.get(feature, {}))) for feature in FEATURES}


def override(project: Project, overrides: Overrides) -> tuple[Project, dict[str, str]]:
    """Put overrides in the place of requirements.

    Args:
        project: What would be solved.
        overrides: What must be there instead.

    Returns:
        What is solved, and for each requirement that had to go, by canonical name, a sentence that says so.
    """
    wanted = {canonical(requirement.name): requirement for requirement in overrides.get("default", ())}
    displaced = {
        name: f"{_shown(requirement)} of the spec gives way to {_shown(wanted[name])} of the overrides"
        for requirement in project.requirements
        if (name := canonical(requirement.name)) in wanted
    }
    kept = [requirement for requirement in project.requirements if canonical(requirement.name) not in wanted]
    groups = dict(project.groups)
    conda_groups = dict(project.conda_groups)
    for feature in FEATURES[1:]:
        for requirement in overrides.get(feature, ()):
            name = canonical(requirement.name)
            groups[feature] = tuple(text for text in groups.get(feature, ()) if split_name(text) != name)
            if isinstance(requirement, CondaRequirement):
                conda_groups[feature] = (*conda_groups.get(feature, ()), requirement)
            else:
                groups[feature] = (*groups[feature], requirement.specifier)
    requirements = (*kept, *wanted.values())
    changed = dataclasses.replace(project, requirements=requirements, groups=groups, conda_groups=conda_groups)
    return changed, displaced


def _read(path: Path, feature: str, tables: Mapping[str, Any]) -> Iterator[Requirement]:
    _check_keys(path, tables, _TABLES, f"'feature.{feature}'")
    seen: set[str] = set()
    for table in _TABLES:
        for name, value in tables.get(table, {}).items():
            if canonical(name) in seen:
                _refuse(path, f"names {name} twice in the feature {feature}", "keep one of them")
            seen.add(canonical(name))
            key = f"feature.{feature}.{table}.{name}"
            requirement = _requirement(path, key, name, value, conda=table == _TABLES[0])
            if feature != "default" and isinstance(requirement, PyPIRequirement) and requirement.is_sourced:
                _refuse(path, f"{key}: a path, git or URL goes with the feature default only")
            yield requirement


def _requirement(path: Path, key: str, name: str, value: Any, *, conda: bool) -> Requirement:
    fields = {"version": value} if isinstance(value, str) else value
    if not isinstance(fields, dict):
        _refuse(path, f"{key} must be a version or a table")
    _check_keys(path, fields, _CONDA_FIELDS if conda else _PYPI_FIELDS, repr(key))
    try:
        if conda:
            return conda_requirement({"name": name, **fields})
        if isinstance(fields.get("path"), str):
            fields = {**fields, "path": str((path.parent / fields["path"]).absolute())}
        return pypi_requirement({"name": name, **fields})
    except RequirementError as error:
        place, reason = next(iter(error.problems.items()))
        _refuse(path, f"{'.'.join(filter(None, (key, place)))}: {reason}")


def _check_keys(path: Path, table: Any, known: tuple[str, ...], place: str) -> None:
    if not isinstance(table, dict):
        _refuse(path, f"{place} must be a table")
    for key in table:
        if key not in known:
            meant = near_miss(key, known)
            hint = f"did you mean {meant!r}?" if meant else f"known are {', '.join(known)}"
            _refuse(path, f"{place} has no {key!r}", hint)


def _refuse(path: Path, reason: str, hint: str | None = None) -> NoReturn:
    message = f"the overrides cannot be used: {reason}"
    raise DiagnosticError(Diagnostic(code=Code.OVERRIDES_INVALID, message=message, file=str(path), hint=hint))


def _shown(requirement: Requirement) -> str:
    if isinstance(requirement, CondaRequirement):
        return f"{requirement.name} {requirement.version} (conda)"
    source = requirement.path or requirement.git or requirement.url
    return f"{requirement.specifier}{f' ({source})' if source else ''}"
