"""One `wt run`, from the parameters to the report."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from wt_contracts.cli import WorkflowChoices
from wt_contracts.console import Console
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.result import WorkflowResult

from wt_invokers import summary
from wt_invokers.local import LocalInvoker, Outcome
from wt_invokers.pages import find_page, open_page
from wt_invokers.params import Params
from wt_invokers.prompt import ask_missing
from wt_invokers.results import Results
from wt_invokers.screen import Screen
from wt_invokers.signals import terminate_as_interrupt
from wt_invokers.workspace import Workspace


def collect(
    params: Params,
    workspace: Workspace,
    file: Path | None,
    assignments: Iterable[str],
    console: Console,
    *,
    ask: bool,
) -> None:
    """Gather the parameters of a run, and check them.

    Args:
        params: Get them; what they hold already is what a run has without a file.
        workspace: What is to run.
        file: A file of parameters.
        assignments: `step.parameter=value`; they win over the file.
        console: Where prompts are shown.
        ask: Whether a person, if there is one, is asked for what is missing.

    Raises:
        DiagnosticError: With everything that is wrong.
    """
    if file is not None:
        params.load(file)
    mistakes = []
    for assignment in assignments:
        try:
            params.assign(assignment, workspace.params_schema)
        except DiagnosticError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise DiagnosticError(mistakes)
    if ask and console.interactive:
        console.progress("")
        ask_missing(params, workspace.params_schema, ask=_ask, say=lambda line: click.echo(line, err=True))
    params.check(workspace.params_schema)


@contextmanager
def refusal_in(results: str | None) -> Iterator[None]:
    """Write into the results directory why a run cannot start, so that nobody takes an older result for its own.

    Args:
        results: The directory or URL that was asked for; None if there is none yet.
    """
    try:
        yield
    except DiagnosticError as refusal:
        if results is not None:
            with suppress(DiagnosticError):  # that the results cannot be written is not what is wrong
                place = Results(results)
                place.clear()
                place.write(WorkflowResult(error="; ".join(found.message for found in refusal.diagnostics)))
                place.release()
        raise


def execute(
    invoker: LocalInvoker,
    params: Params,
    console: Console,
    results: str,
    run_id: str,
    *,
    timeout: float | None = None,
    choices: WorkflowChoices | None = None,
    env: Mapping[str, str] | None = None,
    ask: bool = False,
) -> tuple[Outcome, float]:
    """Run a workflow to its end, however that comes about; Ctrl-C ends all of it.

    Args:
        invoker: Runs it.
        params: Its parameters.
        console: Where progress goes; the workflow's own output goes to stdout and stderr.
        results: Where the results go, a path or URL.
        run_id: Names the run.
        timeout: How many seconds it may take.
        choices: How it is to run.
        env: Variables beside those of this process.
        ask: Whether a sequential run may ask the person at the terminal, if there is one: for an approval, or in a
            debugger.

    Returns:
        How it ended, and after how many seconds.

    Raises:
        DiagnosticError: If it could not be started.
    """
    screen, chosen = Screen(console), choices or WorkflowChoices()
    asks = ask and console.interactive and chosen.execution_mode == "sequential"
    begin = time.monotonic()
    with (
        terminate_as_interrupt(),
        invoker.run(
            params.values,
            results=results,
            run_id=run_id,
            choices=chosen,
            env=env,
            watcher=screen.watcher(),
            stdin=sys.stdin.fileno() if asks else subprocess.DEVNULL,
        ) as handle,
    ):
        try:
            outcome = handle.wait(timeout)
        except KeyboardInterrupt:
            outcome = handle.cancel()
    console.progress("")
    return outcome, time.monotonic() - begin


def report(outcome: Outcome, seconds: float, console: Console, *, open_it: bool) -> None:
    """Say how a run ended, and show what it made.

    Args:
        outcome: How it ended.
        seconds: How long it took.
        console: Where to say it.
        open_it: Whether to show the page or picture of its result in a browser.
    """
    page = find_page(outcome.result.result, outcome.results.path) if outcome.result.error is None else None
    console.diagnose(outcome.diagnostics)
    console.answer(summary.as_json(outcome) if console.json else summary.as_text(outcome, seconds, page))
    if open_it and page is not None and not open_page(page) and not console.json:
        console.answer("no browser could be started")


def _ask(prompt: str) -> str:
    click.echo(prompt, nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise click.Abort
    return line
