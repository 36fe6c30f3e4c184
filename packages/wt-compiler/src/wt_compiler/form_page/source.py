"""Where the form of a page comes from: a spec, or a compiled workspace."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.forms import FormLayout

from wt_compiler.form_page import FormPage

if TYPE_CHECKING:
    from wt_compiler.environment import TaskSource


def of_spec(
    path: Path, source: TaskSource, progress: Callable[[str], None] | None = None
) -> tuple[FormPage, list[Diagnostic]]:
    """The page of a spec.

    Args:
        path: The spec.yaml.
        source: Where to learn what the task libraries offer.
        progress: Is told what is being done.

    Returns:
        The page, and what the check warned of.

    Raises:
        DiagnosticError: If the spec has mistakes.
    """
    from wt_compiler.forms import derive_forms
    from wt_compiler.reading import read_checked

    spec, dag = read_checked(path, source, progress)
    forms = derive_forms(dag, spec.findings)
    spec.findings.raise_if_failed()
    title, description = _described(dag.id, dag.metadata)
    page = FormPage(title, description, dag.id, str(path), forms.rjsf, forms.params, forms.layout)
    return page, spec.findings.sorted


def of_workspace(directory: Path) -> FormPage:
    """The page of a compiled workspace.

    Args:
        directory: The workspace.

    Raises:
        DiagnosticError: If it is none.
    """
    try:
        project = tomllib.loads((directory / "pyproject.toml").read_text(encoding="utf-8"))
        settings = project["tool"]["wt"]
        package = directory / settings["package"]
        params, rjsf, layout = (_read(package / f"{name}.json") for name in ("params", "rjsf", "layout"))
        shown = msgspec.convert(layout, FormLayout)
        name = str(settings["id"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{error.filename} cannot be read: {error.strerror}" if isinstance(error, OSError) else str(error)
        message = f"{str(directory)!r} is no compiled workspace: {why}"
        hint = "name a spec.yaml, or a directory that `wt compile` wrote"
        found = Diagnostic(code=Code.NOT_A_WORKSPACE, message=message, file=str(directory), hint=hint)
        raise DiagnosticError(found) from None
    description = str(project.get("project", {}).get("description", ""))
    return FormPage(name, description, name, str(directory), rjsf, params, shown)


def _described(spec_id: str, metadata: dict[str, Any]) -> tuple[str, str]:
    return str(metadata.get("name") or spec_id), str(metadata.get("description") or "")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
