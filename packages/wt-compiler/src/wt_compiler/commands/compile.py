"""`wt compile`: from a spec to a workspace."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wt_compiler.commands.source_options import source_options, task_source
from wt_compiler.commands.spec_path import SpecPath

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_compiler.graph.drawing import Drawing
    from wt_compiler.workspace import Compiled


@click.command("compile", short_help="Compile a spec to a workspace.")
@click.argument("spec", type=SpecPath(), metavar="SPEC")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Where it goes; by default beside SPEC."
)
@source_options
@click.option(
    "--pkg-name-prefix", "prefix", default="wt", show_default=True, metavar="PREFIX", help="What its names start with."
)
@click.option(
    "--results-env-var",
    default="WT_RESULTS",
    show_default=True,
    metavar="NAME",
    help="The environment variable that will name the results directory.",
)
@click.option("--lock/--no-lock", default=True, help="Solve and lock the environment.")
@click.option(
    "--env-overrides",
    "overrides",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Replace requirements by those of a TOML file.",
)
@click.option(
    "--offline",
    is_flag=True,
    expose_value=False,
    callback=lambda _context, _option, offline: _go_offline(offline),
    help="Fetch nothing: take what is in caches and in channels on this machine.",
)
@click.option("--upgrade", is_flag=True, help="Look for newer versions of what the lock holds.")
@click.option("--graph/--no-graph", default=True, help="Draw graph.svg and graph.png.")
@click.option("--force", is_flag=True, help="Write it even if nothing changed, and over files changed by hand.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or for machines."
)
@click.pass_obj
def compile_(
    console: Console,
    /,
    spec: Path,
    output: Path | None,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
    lock: bool,
    graph: bool,
    force: bool,
    form: str,
    **chosen: Any,
) -> None:
    """Compile SPEC to a workspace that stands on its own.

    The workspace is a directory with readable Python, the schemas of its parameters, a locked environment, a picture,
    tests and a Dockerfile. An older one is replaced all at once; files that you added to it stay. If nothing changed,
    nothing is written.
    """
    if form == "json":
        console.json = True
    from wt_compiler.collector import no_garbage_collection

    source = task_source(registry, env, discovery_timeout)
    if not lock and registry is None and env is None:
        raise click.UsageError(
            "'--no-lock' goes with '--registry' or '--env' only: the tasks are found in the environment"
        )
    with no_garbage_collection(), ExitStack() as resources:
        drawing = _draw_ahead(resources) if graph and (force or _is_new(spec, output)) else None
        from wt_compiler.workspace import Options, compile_spec

        options = Options(output=output, source=source, lock=lock, graph=graph, force=force, **chosen)
        compiled = compile_spec(spec, options, console.progress, drawing)
    if console.json:
        console.answer(_as_json(compiled))
        return
    console.diagnose(compiled.warnings)
    console.answer(_as_text(compiled))


def _go_offline(offline: bool) -> None:
    if offline:
        from wt_envs.offline import go_offline

        go_offline()


def _is_new(spec: Path, output: Path | None) -> bool:
    """Whether nothing was compiled there yet, as far as can be told before the spec is read."""
    from wt_compiler.manifest import read

    return not any(read(place) for place in ([output] if output else spec.parent.glob("*-workflow")))


def _draw_ahead(resources: ExitStack) -> Drawing | None:
    """Let Graphviz load while everything else is imported; what stops that is said later, when it is tried again."""
    from wt_compiler.graph import NotDrawnError
    from wt_compiler.graph.drawing import Drawing

    with suppress(NotDrawnError):
        return resources.enter_context(Drawing())
    return None


def _as_text(compiled: Compiled) -> str:
    what = f"{compiled.steps} step{'s' * (compiled.steps != 1)}, version {compiled.stamp.text}"
    verb = "compiled to" if compiled.written else "up to date:"
    lines = [f"{verb} {compiled.directory} ({what})"]
    if not compiled.drawn:
        lines.append(f"too large to be drawn by a compile: `wt graph {compiled.directory} -o graph.svg` does it")
    return "\n".join(lines)


def _as_json(compiled: Compiled) -> str:
    import json

    answer = {
        "directory": str(compiled.directory),
        "package": compiled.names.package,
        "version": compiled.stamp.text,
        "structure": compiled.stamp.structure,
        "inputs": compiled.stamp.inputs,
        "written": compiled.written,
        "steps": compiled.steps,
        "diagnostics": [asdict(warning) for warning in compiled.warnings],
    }
    return json.dumps(answer, indent=2)
