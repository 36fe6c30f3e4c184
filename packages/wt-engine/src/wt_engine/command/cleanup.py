"""`wt engine cleanup`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

import click

from wt_engine.command.records import (
    STATUSES,
    answer_json,
    json_option,
    moment,
    opened_store,
    plain,
    store_option,
)

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_engine.storage import RunRecord


@click.command(short_help="Forget runs.")
@click.option("--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="Only runs that began before that.")
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Only runs that stand so.")
@click.option("--keep", type=click.IntRange(min=0), metavar="N", help="Spare the latest N runs of each pipeline.")
@click.option("--dry-run", is_flag=True, help="Only say what would be forgotten.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
@json_option
@click.pass_obj
def cleanup(
    console: Console,
    older_than: float | None,
    statuses: tuple[str, ...],
    keep: int | None,
    dry_run: bool,
    yes: bool,
    place: Path | None,
    as_json: bool,
) -> None:
    """Forget the runs to which all that is said applies, with their events, measurements and alerts.

    Runs that are running, or that wait for an answer, are forgotten only if --status names them.
    """
    from wt_engine.observability.statistics import runs_of

    console.json = console.json or as_json
    if older_than is None and not statuses and keep is None:
        raise click.UsageError("Say which runs: --older-than, --status or --keep.")
    with opened_store(place) as store:
        chosen = _chosen(list(runs_of(store)), older_than, statuses, keep)
        if chosen and not dry_run and not yes:
            _ask(console, len(chosen))
        for run in [] if dry_run else chosen:
            store.delete_run(run.run_id)
    if console.json:
        answer_json(console, {"forgotten": [run.run_id for run in chosen], "dry_run": dry_run})
        return
    for run in chosen:
        console.answer(f"{run.run_id[:12]}  {run.status.value:<13} {moment(run.started_at)}  {plain(run.name)}")
    console.answer(f"{len(chosen)} runs {'would be ' if dry_run else ''}forgotten")


def _chosen(
    runs: Sequence[RunRecord], older_than: float | None, statuses: tuple[str, ...], keep: int | None
) -> list[RunRecord]:
    """The runs to forget, of those that stand in the order of the latest first."""
    before = None if older_than is None else time() - older_than * 86_400
    chosen: list[RunRecord] = []
    seen: dict[str, int] = {}
    for run in runs:
        seen[run.name] = seen.get(run.name, 0) + 1
        named = run.status.value in statuses if statuses else run.status.value not in ("running", "suspended")
        old = before is None or run.started_at < before
        if named and old and (keep is None or seen[run.name] > keep):
            chosen.append(run)
    return chosen


def _ask(console: Console, count: int) -> None:
    if not console.interactive:
        raise click.UsageError(f"This would forget {count} runs: say --yes, or --dry-run to see which.")
    click.confirm(f"Forget {count} runs?", abort=True, err=True)
