"""`wt registry`: the tasks that an environment offers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_compiler.commands.source_options import source_options, task_source
from wt_compiler.commands.spec_path import SpecPath
from wt_compiler.emit.json_text import json_text

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="List the tasks that a spec can use.")
@click.argument("spec", type=SpecPath(), metavar="[SPEC]", required=False)
@source_options
@click.option("--search", metavar="TEXT", help="Only tasks with TEXT in their name, title, description or tags.")
@click.option("--task", "name", metavar="NAME", help="Show everything about one task.")
@click.option(
    "--format", "form", type=click.Choice(["pretty", "json"]), default="pretty", help="For people, or for machines."
)
@click.pass_obj
def registry(
    console: Console,
    spec: Path | None,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
    search: str | None,
    name: str | None,
    form: str,
) -> None:
    """List the tasks that the environment of SPEC offers.

    Without SPEC, those of the running Python environment.
    """
    if form == "json":
        console.json = True
    from wt_compiler.discovery import discover_current, read_registry
    from wt_compiler.document import read_document
    from wt_compiler.environment import find_tasks
    from wt_compiler.listing import describe_task, list_tasks, problems_of, select
    from wt_compiler.parse import parse_spec

    source = task_source(registry, env, discovery_timeout)
    document = read_document(spec) if spec is not None else None
    if source.registry is not None:
        offered = read_registry(source.registry)
    elif spec is None or document is None or source.current:
        offered = discover_current(timeout=source.timeout, progress=console.progress)
    else:
        parsed = parse_spec(document)
        offered = find_tasks(parsed, spec.absolute().parent, source, console.progress)
    console.diagnose(problems_of(offered))
    selected = select(offered, search=search, name=name)
    if console.json:
        console.answer(json_text(selected).rstrip())
    elif name is not None:
        console.answer("\n\n".join(describe_task(entry) for entry in selected.entries.values()))
    else:
        console.answer(list_tasks(selected))
