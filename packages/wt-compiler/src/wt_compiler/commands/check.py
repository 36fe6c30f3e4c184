"""`wt check`: everything that can be known about a spec before it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_compiler.commands.source_options import source_options, task_source

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Check a spec without compiling it.")
@click.argument("spec", type=click.Path(path_type=Path), metavar="SPEC")
@source_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or for machines."
)
@click.option("--strict", is_flag=True, help="Let warnings fail the check.")
@click.pass_obj
def check(
    console: Console,
    spec: Path,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
    form: str,
    strict: bool,
) -> None:
    """Check SPEC against the tasks that its environment offers.

    All mistakes are reported, each with its place and what to do. Exits 0 if there are none, else 2.
    """
    if form == "json":
        console.json = True
    # Looking for plugins reads the metadata of every installed package, and none changes what is checked here.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from wt_contracts.diagnostics import DiagnosticError, format_json

    from wt_compiler.collector import no_garbage_collection
    from wt_compiler.document import read_document
    from wt_compiler.environment import find_tasks
    from wt_compiler.forms import derive_forms
    from wt_compiler.parse import parse_spec
    from wt_compiler.resolve import check_spec

    source = task_source(registry, env, discovery_timeout)
    with no_garbage_collection():
        parsed = parse_spec(read_document(spec))
        offered = find_tasks(parsed, spec.absolute().parent, source, console.progress)
        dag, _ = check_spec(parsed, offered)
        derive_forms(dag, parsed.findings)
        parsed.findings.raise_if_failed()
    warnings = parsed.findings.sorted
    if warnings and strict:
        raise DiagnosticError(warnings)
    if console.json:
        console.answer(format_json(warnings))
        return
    console.diagnose(warnings)
    count = len(dag.instances)
    console.answer(f"{spec}: {count} task instance{'s' * (count != 1)}, no mistakes found")
