"""`wt diff`: what changes from one spec to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from wt_contracts.diagnostics import DiagnosticError

from wt_compiler.commands.source_options import source_options, task_source
from wt_compiler.commands.spec_path import SpecPath

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_compiler.difference import Difference, Side
    from wt_compiler.environment import TaskSource

_MEANING = {
    "none": "nothing has changed",
    "patch": "interchangeable: the patch part of the version goes up",
    "breaking": "not interchangeable: the major part of the version goes up, or the minor part while the major is 0",
}


@click.command(short_help="Say what changes from one spec to another.")
@click.argument("old", type=SpecPath(), metavar="OLD")
@click.argument("new", type=SpecPath(), metavar="NEW")
@source_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or for machines."
)
@click.pass_obj
def diff(
    console: Console,
    old: Path,
    new: Path,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
    form: str,
) -> int:
    """Compare the specs OLD and NEW: structure, parameters, environment, and which part of the version goes up.

    Exits 0 if nothing has changed, 1 if something has, 2 if one of them has mistakes.
    """
    if form == "json":
        console.json = True
    from wt_compiler.difference import compare

    source = task_source(registry, env, discovery_timeout)
    found = compare(*_sides(console, (old, new), source))
    console.answer(_as_json(found) if console.json else _as_text(found))
    return int(found.bump != "none")


def _sides(console: Console, paths: tuple[Path, Path], source: TaskSource) -> list[Side]:
    """Both specs, or the mistakes of both."""
    sides: list[Side] = []
    wrong: list[DiagnosticError] = []
    for path in paths:
        try:
            sides.append(_side(console, path, source))
        except DiagnosticError as error:
            wrong.append(error)
    if wrong:
        said = dict.fromkeys(diagnostic for error in wrong for diagnostic in error.diagnostics)
        raise DiagnosticError([*said], exit_code=max(error.exit_code for error in wrong))
    return sides


def _side(console: Console, path: Path, source: TaskSource) -> Side:
    from wt_compiler.difference import Side
    from wt_compiler.forms import derive_forms
    from wt_compiler.reading import read_checked

    spec, dag = read_checked(path, source, console.progress)
    forms = derive_forms(dag, spec.findings)
    spec.findings.raise_if_failed()
    return Side(dag, forms, spec.text)


def _as_text(found: Difference) -> str:
    lines: list[str] = []
    part = ""
    for change in found.changes:
        if change.part != part:
            part = change.part
            lines.append(part)
        lines.append(f"  {change.sign} {change.text}")
    return "\n".join([*lines, _MEANING[found.bump]])


def _as_json(found: Difference) -> str:
    import json

    changes = [change._asdict() for change in found.changes]
    return json.dumps({"bump": found.bump, "changes": changes}, indent=2, ensure_ascii=False)
