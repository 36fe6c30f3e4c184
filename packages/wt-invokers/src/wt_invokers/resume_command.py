"""`wt resume`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Go on with a run that waits for approval, was ended or failed.")
@click.argument("run_id", metavar="RUN")
@click.option("--approve", is_flag=True, help="Approve the step that the run waits for, with the defaults of its form.")
@click.option("--reject", is_flag=True, help="Reject it, which ends the run for good.")
@click.option("--data", metavar="FILE|JSON", help="Approve it, and fill in its form.")
@click.option("--results", metavar="DIR", help="The results directory of the run.  [default: results/*/RUN]")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End a longer run.")
@click.option("--open", "open_it", is_flag=True, help="Show the page or picture that the workflow returns.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.pass_obj
def resume(
    console: Console,
    run_id: str,
    approve: bool,
    reject: bool,
    data: str | None,
    results: str | None,
    timeout: float | None,
    open_it: bool,
    as_json: bool,
) -> int:
    """Go on with RUN, named by its id, the beginning of it or its results; what had ended does not run again.

    A run that waits for an approval goes on with --approve, --data or --reject; without any of them, it asks again.

    The exit code is that of 'wt run': 3 if the run waits for another approval.
    """
    from wt_contracts.cli import WorkflowChoices

    from wt_invokers.local import LocalInvoker
    from wt_invokers.params import Params
    from wt_invokers.recorded import run_id_of, run_in, workspace_of
    from wt_invokers.session import execute, report
    from wt_invokers.target import realise
    from wt_invokers.workspace import Workspace

    if approve + reject + (data is not None) > 1:
        raise click.UsageError("a person says one thing: --approve, --reject or --data")
    console.json = console.json or as_json
    directory = Path(results) if results is not None else run_in(Path("results"), run_id)
    workspace = Workspace.read(workspace_of(directory))
    invoker = LocalInvoker(workspace, realise(workspace, console).python)
    name = run_id if results is not None else run_id_of(directory)
    answer = data if data is None or data.lstrip().startswith("{") else str(Path(data).absolute())
    choices = WorkflowChoices(resume=name, approve=approve, reject=reject, data=answer)
    outcome, seconds = execute(invoker, Params(), console, str(directory), name, timeout=timeout, choices=choices)
    report(outcome, seconds, console, open_it=open_it)
    return outcome.exit_code
