"""`wt test`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command("test", short_help="Run the test cases of a spec or a compiled workspace.")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--case", "names", metavar="NAME", multiple=True, help="Run only this case, or those like 'a-*'; repeatable."
)
@click.option("--update-snapshots", is_flag=True, help="Take what the runs return as the snapshots.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="How many run at once.  [default: the CPUs]")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End a longer run.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write a JUnit report too.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.pass_obj
def test(
    console: Console,
    target: Path,
    names: tuple[str, ...],
    update_snapshots: bool,
    jobs: int | None,
    timeout: float | None,
    junit: Path | None,
    as_json: bool,
) -> int:
    """Run the cases of the `test-cases.yaml` beside TARGET, a spec, or those that a compiled workspace carries.

    Each case is a run of its own, several at once, with results that are thrown away; what differs from what the case
    expects is told.

    The exit code is 0 if every case passes, 1 if one fails, 2 if the spec, the cases or the options are wrong.
    """
    import os

    from wt_invokers import case_report
    from wt_invokers.cases import CaseRunner, chosen, read_cases
    from wt_invokers.local import LocalInvoker
    from wt_invokers.snapshots import spec_of, update
    from wt_invokers.target import find_workspace, realise

    console.json = console.json or as_json
    spec = spec_of(target)
    if update_snapshots and spec is None:
        raise click.UsageError("'--update-snapshots' needs the spec: the snapshots lie beside it")
    workspace = find_workspace(target, console)
    document = read_cases(workspace)
    cases = chosen(document, names, workspace)
    invoker = LocalInvoker(workspace, realise(workspace, console).python)
    runner = CaseRunner(invoker, document.env_vars, console.progress, timeout)
    outcomes = runner.run(cases, jobs or os.cpu_count() or 1)
    if update_snapshots and spec is not None:
        outcomes = update(spec, document.cases, outcomes)
        find_workspace(target, console)  # it carries the snapshots
    console.answer(case_report.as_json(outcomes) if console.json else case_report.as_text(outcomes))
    if junit is not None:
        case_report.write_junit(junit, workspace.id, outcomes)
    return int(any(outcome.failures for outcome in outcomes))
