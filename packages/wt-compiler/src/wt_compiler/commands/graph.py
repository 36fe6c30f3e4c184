"""`wt graph`: the picture of a spec or of a compiled workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_compiler.commands.source_options import source_options, task_source
from wt_compiler.commands.spec_path import SpecPath

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_compiler.dag import Dag
    from wt_compiler.environment import TaskSource
    from wt_compiler.graph.source import GraphText

FORMATS = ("svg", "png", "html", "mmd", "dot")


@click.command(short_help="Draw a spec or a workspace.")
@click.argument("what", type=SpecPath(), metavar="SPEC|WORKSPACE")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to, as .svg, .png, .html, .mmd (Mermaid) or .dot. By default Mermaid text is printed.",
)
@click.option("--terminal", is_flag=True, help="Print it as lanes and lines, for a terminal.")
@source_options
@click.pass_obj
def graph(
    console: Console,
    what: Path,
    output: Path | None,
    terminal: bool,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
) -> None:
    """Draw the graph of SPEC or WORKSPACE, of whatever size.

    Blue steps read or write, amber ones are called once for each element, dashed ones may be skipped. A page (.html)
    zooms and shows the arguments of a step that is clicked.
    """
    from wt_compiler.written import write_whole

    if terminal and output:
        raise click.UsageError("'--terminal' prints, and '-o' writes a file: choose one")
    form = output.suffix.removeprefix(".").lower() if output else "mmd"
    if form not in FORMATS:
        raise click.BadParameter(f"{str(output)!r} does not end in .svg, .png, .html, .mmd or .dot", param_hint="'-o'")
    text = _read(console, what, task_source(registry, env, discovery_timeout))
    if terminal:
        from wt_compiler.graph.terminal import to_terminal

        console.answer(to_terminal(_dag(text)))
        return
    if output is None:
        console.answer(text.mermaid.rstrip())
        return
    if form in {"svg", "png", "html"}:
        console.progress("drawing the graph")
    write_whole(output, _content(text, form), "the picture")
    console.answer(f"wrote {output}")


def _read(console: Console, what: Path, source: TaskSource) -> GraphText:
    from wt_compiler.graph.source import of_spec, of_workspace

    if what.is_dir():
        return of_workspace(what)
    text, warnings = of_spec(what, source, console.progress)
    console.diagnose(warnings)
    return text


def _content(text: GraphText, form: str) -> bytes:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    from wt_compiler.graph import NotDrawnError
    from wt_compiler.graph.drawing import Drawing

    if form in {"mmd", "dot"}:
        return (text.mermaid if form == "mmd" else text.dot).encode()
    dag = _dag(text) if form == "html" else None
    try:
        with Drawing() as drawing:
            drawing.send(text.dot)
            picture = drawing.finish(timeout=None)
    except NotDrawnError as error:
        message = f"the graph is not drawn: {error}"
        hint = "'-o graph.mmd' and '-o graph.dot' write it as text"
        raise DiagnosticError(Diagnostic(code=Code.GRAPH_NOT_DRAWN, message=message, hint=hint), exit_code=1) from None
    if dag is not None:
        from wt_compiler.graph.page import to_page

        return to_page(dag, picture.svg).encode()
    return picture.svg if form == "svg" else picture.png


def _dag(text: GraphText) -> Dag:
    """The workflow, which a compiled workspace does not hold."""
    if text.dag is None:
        raise click.UsageError("a workspace does not hold what this shows: name the spec")
    return text.dag
