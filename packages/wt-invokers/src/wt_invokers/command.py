"""`wt run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wt_invokers.choice_options import choice_options

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Run a spec or a compiled workspace.")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("-p", "--params", "params_file", type=click.Path(path_type=Path), help="The parameters, YAML or JSON.")
@click.option("--set", "assignments", metavar="STEP.PARAM=VALUE", multiple=True, help="Set one parameter; repeatable.")
@click.option("--results", metavar="DIR|URL", help="Where the results go.  [default: results/<id>/<run id>]")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End a longer run.")
@click.option("--resume", metavar="RUN", help="Go on with a recorded run: its id, or the beginning of it.")
@choice_options
@click.option("--open", "open_it", is_flag=True, help="Show the page or picture that the workflow returns.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.option("--no-input", is_flag=True, help="Never ask for missing parameters.")
@click.option(
    "--offline",
    is_flag=True,
    expose_value=False,
    callback=lambda _context, _option, offline: _go_offline(offline),
    help="Fetch nothing for the environment.",
)
@click.option(
    "--with-pixi",
    is_flag=True,
    expose_value=False,
    callback=lambda _context, _option, with_pixi: _use_pixi(with_pixi),
    help="Let pixi install a workspace with conda packages.",
)
@click.pass_obj
def run(
    console: Console,
    target: Path,
    params_file: Path | None,
    assignments: tuple[str, ...],
    results: str | None,
    timeout: float | None,
    resume: str | None,
    choices: dict[str, Any],
    open_it: bool,
    as_json: bool,
    no_input: bool,
) -> int:
    """Run the workflow of TARGET, a spec or a compiled workspace, and say where its results are.

    Parameters come from a file, from --set, and, on a terminal, from prompts for those that are missing. They are
    checked before anything runs. A value of --set is JSON, or else text: --set load.years='[2012, 2013]'.

    A run that was ended, or failed, goes on with --resume: the steps that had ended do not run again.

    The exit code is 0 if the workflow succeeded, 1 if a task failed, the run was ended or there is no environment
    for it, 2 if the spec, the parameters or the options are wrong, 3 if the run waits for an approval.
    """
    from wt_contracts.cli import WorkflowChoices

    from wt_invokers.local import LocalInvoker
    from wt_invokers.params import Params
    from wt_invokers.recorded import results_of
    from wt_invokers.run_id import new_run_id
    from wt_invokers.session import collect, execute, refusal_in, report
    from wt_invokers.target import find_workspace, realise

    console.json = console.json or as_json
    if resume is not None and (params_file is not None or assignments):
        raise click.UsageError("a run that goes on keeps its parameters: leave out --params and --set")
    with refusal_in(results if resume is None else None):
        workspace = find_workspace(target, console)
        home = Path("results") / workspace.id
        ask = console.interactive and not no_input
        params = collect(workspace, params_file, assignments, console, ask=ask) if resume is None else Params()
        run_id = new_run_id() if resume is None else resume
        place = results or str(home / run_id if resume is None else results_of(home, resume))
        invoker = LocalInvoker(workspace, realise(workspace, console).python)
    chosen = WorkflowChoices(resume=resume, **choices)
    outcome, seconds = execute(invoker, params, console, place, run_id, timeout=timeout, choices=chosen)
    report(outcome, seconds, console, open_it=open_it)
    return outcome.exit_code


def _go_offline(offline: bool) -> None:
    if offline:
        from wt_envs.offline import go_offline

        go_offline()


def _use_pixi(with_pixi: bool) -> None:
    if with_pixi:
        from wt_envs.pixi_process import use_pixi

        use_pixi()
