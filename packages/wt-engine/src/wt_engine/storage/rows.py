"""Rows of the tables as models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from wt_engine.ends import Outcome
from wt_engine.storage.models import RunRecord, RunStatus, StepRecord

RUN_COLUMNS = (
    "r.run_id, r.name, r.status, r.started_at, r.ended_at, r.duration_s, r.error, r.failed_step, r.reason, r.start, "
    "r.plan_hash, r.resumed, (SELECT run_id FROM runs WHERE id = r.parent), "
    "(SELECT run_id FROM runs WHERE id = r.root), r.meta, r.process, r.heartbeat_at"
)
STEP_COLUMNS = (
    "s.record, r.run_id, s.number, s.parent, s.node, s.kind, s.owner, s.position, s.attempt, s.outcome, s.target, "
    "s.started_at, s.ended_at, s.error, s.meta, s.value, s.delta"
)


def loaded(text: str | None) -> Any:
    """The value of a JSON column."""
    return None if text is None else json.loads(text)


def dumped(value: Any) -> str | None:
    """A value for a JSON column that nobody resumes from: what JSON cannot hold is written as its `repr`."""
    return None if value is None else json.dumps(value, default=repr)


def run_of(row: Sequence[Any]) -> RunRecord:
    """A run from `RUN_COLUMNS`."""
    (run_id, name, status, *times_and_error) = row[:8]
    started_at, ended_at, duration_s, error, failed_step = times_and_error
    return RunRecord(
        run_id=run_id,
        name=name,
        status=RunStatus(status),
        started_at=started_at,
        ended_at=ended_at,
        duration_s=duration_s,
        error=error,
        failed_step=failed_step,
        reason=loaded(row[8]),
        start=row[9],
        plan_hash=row[10],
        resumed=row[11],
        parent_run_id=row[12],
        root_run_id=row[13],
        meta=loaded(row[14]) or {},
        process=row[15],
        heartbeat_at=row[16],
    )


def step_of(row: Sequence[Any]) -> StepRecord:
    """A call from `STEP_COLUMNS`."""
    values: list[Any] = list(row)
    values[9], values[14] = Outcome(values[9]), loaded(values[14])
    return StepRecord(*values)
