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
@click.option(
    "-p", "--params", "params_file", type=click.Path(path_type=Path), help="The parameters, YAML or JSON; '-' is stdin."
)
@click.option("--set", "assignments", metavar="STEP.PARAM=VALUE", multiple=True, help="Set one parameter; repeatable.")
@click.option("--results", metavar="DIR|URL", help="Where the results go.  [default: results/<id>/<run id>]")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End a longer run.")
@click.option("--resume", metavar="RUN", help="Go on with a recorded run: its id, or results.")
@click.option("--from-checkpoint", metavar="NAME", help="With --resume: begin a new run at this checkpoint of RUN.")
@choice_options
@click.option("--open", "open_it", is_flag=True, help="Show the page or picture that the workflow returns.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.option("--no-input", is_flag=True, help="Never ask for parameters or, in a sequential run, for approvals.")
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
    from_checkpoint: str | None,
    choices: dict[str, Any],
    open_it: bool,
    as_json: bool,
    no_input: bool,
) -> int:
    """Run the workflow of TARGET, a spec or a compiled workspace, and say where its results are.

    Parameters come from a file, from --set, and, on a terminal, from prompts for those that are missing. They are
    checked before anything runs. A value of --set is JSON, or else text: --set load.years='[2012, 2013]'.

    A run that was ended, or failed, goes on with --resume: the steps that had ended do not run again.

    With --from-checkpoint too, a new run begins at a checkpoint of that one, with its parameters unless others are
    given: what stands before the checkpoint does not run again, what stands behind it does.

    The exit code is 0 if the workflow succeeded, 1 if a task failed, the run was ended or there is no environment
    for it, 2 if the spec, the parameters or the options are wrong, 3 if the run waits for an approval.
    """
    from wt_contracts.cli import WorkflowChoices

    from wt_invokers.beginning import find_beginning
    from wt_invokers.local import LocalInvoker
    from wt_invokers.params import Params
    from wt_invokers.session import collect, execute, refusal_in, report
    from wt_invokers.target import find_workspace, realise

    console.json, ask = console.json or as_json, not no_input
    goes_on = _going_on(resume, from_checkpoint, given=params_file is not None or bool(assignments))
    with refusal_in(results if goes_on is None else None):
        workspace = find_workspace(target, console)
        home = Path("results") / workspace.id
        begins = find_beginning(home, resume, from_checkpoint)
        params = Params(begins.params)
        if goes_on is None:
            collect(params, workspace, params_file, assignments, console, ask=ask)
        run_id, place = _named(home, goes_on, results)
        invoker = LocalInvoker(workspace, realise(workspace, console).python)
    how = WorkflowChoices(resume=run_id if goes_on else None, **begins.options, **choices)
    outcome, seconds = execute(invoker, params, console, place, run_id, timeout=timeout, choices=how, ask=ask)
    report(outcome, seconds, console, open_it=open_it)
    return outcome.exit_code


def _going_on(run: str | None, checkpoint: str | None, *, given: bool) -> str | None:
    """The run that goes on, if one does; one that begins at a checkpoint is another run."""
    if checkpoint is not None and run is None:
        raise click.UsageError("--from-checkpoint needs --resume RUN: the run that has the checkpoint")
    if run is not None and checkpoint is None and given:
        raise click.UsageError("a run that goes on keeps its parameters: leave out --params and --set")
    return run if checkpoint is None else None


def _named(home: Path, goes_on: str | None, results: str | None) -> tuple[str, str]:
    """The id of the run, and where its results go."""
    from wt_invokers.recorded import results_of, run_id_of
    from wt_invokers.run_id import new_run_id

    if goes_on is None:
        run_id = new_run_id()
        return run_id, results or str(home / run_id)
    if results is not None:
        return goes_on, results
    directory = results_of(home, goes_on)
    return run_id_of(directory), str(directory)


def _go_offline(offline: bool) -> None:
    if offline:
        from wt_envs.offline import go_offline

        go_offline()


def _use_pixi(with_pixi: bool) -> None:
    if with_pixi:
        from wt_envs.pixi_process import use_pixi

        use_pixi()
