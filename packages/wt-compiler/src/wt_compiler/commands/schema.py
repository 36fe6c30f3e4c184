"""`wt schema`: a JSON Schema of a spec, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_compiler.commands.source_options import source_options, task_source
from wt_compiler.commands.spec_path import SpecPath

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Write a JSON Schema with which editors complete and check a spec.")
@click.argument("spec", type=SpecPath(), metavar="SPEC")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to; by default it is printed."
)
@source_options
@click.pass_obj
def schema(
    console: Console,
    spec: Path,
    output: Path | None,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
) -> None:
    """Write a JSON Schema that knows the tasks of SPEC's environment and the specs that it uses, and what each takes.

    Any YAML language server completes and checks with it while one types, if the spec begins with the line
    `# yaml-language-server: $schema=FILE`, or the editor's settings name the file.
    """
    from wt_compiler.document import read_document
    from wt_compiler.emit.json_text import json_text
    from wt_compiler.environment import find_tasks
    from wt_compiler.language_schema import language_schema
    from wt_compiler.parse import parse_spec
    from wt_compiler.resolve import used_entries
    from wt_compiler.written import write_whole

    parsed = parse_spec(read_document(spec))
    source = task_source(registry, env, discovery_timeout)
    found = find_tasks(parsed, spec.absolute().parent, source, console.progress)
    text = json_text(language_schema(found, used_entries(parsed, found)))
    if output is None:
        console.answer(text.rstrip())
        return
    write_whole(output, text.encode(), "the schema")
    console.answer(f"wrote {output}")
