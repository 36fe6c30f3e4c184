"""`wt run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_invokers.local import Outcome
    from wt_invokers.params import Params
    from wt_invokers.workspace import Workspace


@click.command(short_help="Run a spec or a compiled workspace.")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("-p", "--params", "params_file", type=click.Path(path_type=Path), help="The parameters, YAML or JSON.")
@click.option("--set", "assignments", metavar="STEP.PARAM=VALUE", multiple=True, help="Set one parameter; repeatable.")
@click.option("--results", metavar="DIR|URL", help="Where the results go.  [default: results/<id>/<run id>]")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End a longer run.")
@click.option("--mock-io", is_flag=True, help="Tasks that read or write return their recorded examples.")
@click.option("--open", "open_it", is_flag=True, help="Show the page or picture that the workflow returns.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.option("--no-input", is_flag=True, help="Never ask for missing parameters.")
@click.pass_obj
def run(
    console: Console,
    target: Path,
    params_file: Path | None,
    assignments: tuple[str, ...],
    results: str | None,
    timeout: float | None,
    mock_io: bool,
    open_it: bool,
    as_json: bool,
    no_input: bool,
) -> int:
    """Run the workflow of TARGET, a spec or a compiled workspace, and say where its results are.

    Parameters come from a file, from --set, and, on a terminal, from prompts for those that are missing. They are
    checked before anything runs. A value of --set is JSON, or else text: --set load.years='[2012, 2013]'.

    The exit code is 0 if the workflow succeeded, 1 if a task failed or the run was ended, 2 if it did not start.
    """
    from wt_invokers.run_id import new_run_id
    from wt_invokers.target import find_workspace

    console.json = console.json or as_json
    workspace = find_workspace(target, console)
    params = _collect(workspace, params_file, assignments, console if not no_input else None)
    run_id = new_run_id()
    place = results or str(Path("results") / workspace.id / run_id)
    outcome, seconds = _execute(workspace, params, console, place, run_id, timeout, mock_io)
    _report(outcome, seconds, console, open_it)
    return outcome.exit_code


def _collect(
    workspace: Workspace, file: Path | None, assignments: tuple[str, ...], console: Console | None
) -> Params:
    from wt_invokers.params import Params
    from wt_invokers.prompt import ask_missing

    schema = workspace.params_schema
    params = Params()
    if file is not None:
        params.load(file)
    for assignment in assignments:
        params.assign(assignment, schema)
    if console is not None and console.interactive:
        console.progress("")
        ask_missing(params, schema, ask=_ask, say=lambda line: click.echo(line, err=True))
    params.check(schema)
    return params


def _ask(prompt: str) -> str:
    click.echo(prompt, nl=False, err=True)
    line = click.get_text_stream("stdin").readline()
    if not line:
        raise click.Abort
    return line


def _execute(
    workspace: Workspace,
    params: Params,
    console: Console,
    place: str,
    run_id: str,
    timeout: float | None,
    mock_io: bool,
) -> tuple[Outcome, float]:
    """Run it to its end, however that comes about; how it ended, and after how many seconds."""
    import time

    from wt_invokers.local import LocalInvoker
    from wt_invokers.screen import Screen
    from wt_invokers.signals import terminate_as_interrupt
    from wt_invokers.target import realise

    python = realise(workspace, console).python
    screen = Screen(console)
    begin = time.monotonic()
    with (
        terminate_as_interrupt(),
        LocalInvoker(workspace, python).run(
            params.values,
            results=place,
            run_id=run_id,
            mock_io=mock_io,
            stdout=screen.sink(error=False),
            stderr=screen.sink(error=True),
            on_event=screen.show,
        ) as handle,
    ):
        try:
            outcome = handle.wait(timeout)
        except KeyboardInterrupt:
            console.progress("ending the run")
            outcome = handle.cancel()
    console.progress("")
    return outcome, time.monotonic() - begin


def _report(outcome: Outcome, seconds: float, console: Console, open_it: bool) -> None:
    from wt_invokers import summary
    from wt_invokers.pages import find_page, open_page

    page = find_page(outcome.result.result, outcome.results.path) if outcome.result.error is None else None
    console.diagnose(outcome.diagnostics)
    if console.json:
        console.answer(summary.as_json(outcome))
    else:
        console.answer(summary.as_text(outcome, seconds, page))
    if open_it and page is not None and not open_page(page) and console.json is False:
        console.answer(f"no browser could be started; the page is {page}")
