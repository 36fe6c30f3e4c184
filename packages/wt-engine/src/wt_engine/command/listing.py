"""`wt engine runs` and `wt engine show`."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wt_engine.command.records import (
    STATUSES,
    answer_json,
    duration,
    find_run,
    json_option,
    moment,
    opened_store,
    plain,
    store_option,
)

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_engine.observability.calls import CallSpan
    from wt_engine.storage import RunRecord, SQLiteBackend, StoredEvent

_MOST_CALLS = 200


@click.command(short_help="List the recorded runs.")
@click.option("--status", type=click.Choice(STATUSES), help="Only runs that stand so.")
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Only runs that began within so many days.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many, the latest first.")
@store_option
@json_option
@click.pass_obj
def runs(
    console: Console,
    status: str | None,
    pipeline: str | None,
    days: float | None,
    limit: int,
    place: Path | None,
    as_json: bool,
) -> None:
    """List the recorded runs, the latest first."""
    from wt_engine.observability.exporter import run_document
    from wt_engine.observability.statistics import runs_of

    console.json = console.json or as_json
    with opened_store(place) as store:
        found = list(islice(runs_of(store, pipeline, status, days), limit))
    if console.json:
        answer_json(console, {"runs": [run_document(run) for run in found]})
    elif not found:
        console.answer("no runs")
    for run in [] if console.json else found:
        error = f"  {plain(run.error)[:80]}" if run.error else ""
        line = f"{run.run_id[:12]}  {run.status.value:<13} {moment(run.started_at)}  {duration(run.duration_s):>9}"
        console.answer(f"{line}  {plain(run.name)}{error}")


@click.command(short_help="Show a run: its calls, its failures, its measurements.")
@click.argument("run")
@click.option("--events", is_flag=True, help="All its events, too.")
@store_option
@json_option
@click.pass_obj
def show(console: Console, run: str, events: bool, place: Path | None, as_json: bool) -> int:
    """Show RUN: how it stands, its calls, and for each failure the place, the state and the process at that moment.

    The exit code is 1 if it failed, timed out, was cancelled or interrupted.
    """
    from wt_engine.observability.statistics import GOOD

    console.json = console.json or as_json
    with opened_store(place) as store:
        record = find_run(store, run)
        told = store.get_events(record.run_id)
        if console.json:
            answer_json(console, _document(store, record, told, events=events))
        else:
            _describe(console, store, record, told)
            for event in told if events else []:
                console.answer(f"  {event.seq:>6}  {event.type:<16} {plain(event.stage)}")
    return 0 if record.status in GOOD else 1


def _failures(told: list[StoredEvent]) -> list[dict[str, Any]]:
    found = []
    for event in told:
        if event.type == "step_error":
            report = dict((event.meta or {}).get("forensics", {}))
            kind = report.pop("error", {}).get("type")
            about = {"step": event.stage, "attempt": event.attempt, "type": kind, "error": event.payload}
            found.append(about | report)
    return found


def _document(store: SQLiteBackend, record: RunRecord, told: list[StoredEvent], *, events: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from wt_engine.observability.calls import calls_of
    from wt_engine.observability.exporter import run_document

    document = {
        **run_document(record),
        "calls": [asdict(span) | {"status": span.status} for span in calls_of(told, over=record.over).spans],
        "failures": _failures(told),
        "metrics": [asdict(metric) for metric in store.metrics(record.run_id)],
        "alerts": [asdict(alert) for alert in store.alerts(record.run_id)],
        "checkpoints": [
            {"name": each.name, "step": each.step, "created_at": each.created_at}
            for each in store.checkpoints(record.run_id)
        ],
        "artifacts": [asdict(artifact) for artifact in store.artifacts(record.run_id)],
    }
    return document | ({"events": [asdict(event) for event in told]} if events else {})


def _describe(console: Console, store: SQLiteBackend, record: RunRecord, told: list[StoredEvent]) -> None:
    from wt_engine.observability.calls import calls_of

    facts: dict[str, Any] = {
        "run": record.run_id,
        "pipeline": record.name,
        "status": record.status.value,
        "started": moment(record.started_at),
        "duration": duration(record.duration_s),
        "resumed": f"{record.resumed} time{'' if record.resumed == 1 else 's'}" if record.resumed else None,
        "reason": record.reason,
        "failed step": record.failed_step,
        "error": record.error,
    }
    for name, fact in facts.items():
        if fact is not None:
            console.answer(f"{name:<12} {plain(fact)}")
    spans = calls_of(told, over=record.over).spans
    for span in spans[:_MOST_CALLS]:
        console.answer(_call(span))
    if len(spans) > _MOST_CALLS:
        console.answer(f"  … {len(spans) - _MOST_CALLS} more calls; --json shows them")
    for failure in _failures(told):
        _describe_failure(console, failure)
    for checkpoint in store.checkpoints(record.run_id):
        after = f" after {plain(checkpoint.step)}" if checkpoint.step else ""
        console.answer(f"checkpoint {plain(checkpoint.name)}{after}")
    for metric in store.metrics(record.run_id):
        console.answer(f"metric {plain(metric.name)} = {metric.value:g} {plain(metric.unit or '')}".rstrip())
    for alert in store.alerts(record.run_id):
        seen = " (acknowledged)" if alert.acknowledged_at else ""
        console.answer(f"alert {alert.alert_id} [{plain(alert.severity)}] {plain(alert.message)}{seen}")


def _call(span: CallSpan) -> str:
    attempt = f" (attempt {span.attempt})" if span.attempt > 1 else ""
    return f"  {span.status:<11} {duration(span.seconds):>9}  {'  ' * span.depth}{plain(span.stage)}{attempt}"


def _describe_failure(console: Console, failure: dict[str, Any]) -> None:
    console.answer(f"failure of {plain(failure['step'])} (attempt {failure['attempt']}): {plain(failure['error'])}")
    if failure.get("file"):
        console.answer(f"  at {failure['file']}:{failure['line']} in {plain(failure['function'])}")
    if failure.get("code"):
        console.answer(f"     {plain(failure['code'])}")
    process = failure.get("process")
    if process:
        console.answer(
            f"  process {process['pid']}: CPU {process['cpu_percent']} %, {process['rss_mb']} MB; "
            f"{process['children']} children: CPU {process['children_cpu_percent']} %, {process['children_rss_mb']} MB"
        )
    for name in ("item", "state", "locals"):
        if name in failure:
            console.answer(f"  {name} {json.dumps(failure[name])[:2000]}")
