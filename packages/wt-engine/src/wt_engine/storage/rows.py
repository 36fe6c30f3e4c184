"""Rows of the tables as models."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wt_engine.storage.facts import Facts, unpacked
from wt_engine.storage.models import RunRecord, RunStatus, StepRecord, StepRow
from wt_engine.storage.schema import FIRST

RUN_COLUMNS = (
    "r.run_id, r.name, r.status, r.started_at, r.ended_at, r.duration_s, r.error, r.failed_step, r.reason, r.start, "
    "r.plan_hash, r.resumed, (SELECT run_id FROM runs WHERE id = r.parent), "
    "(SELECT run_id FROM runs WHERE id = r.root), r.meta, r.process, r.heartbeat_at"
)


class RecordedCall(NamedTuple):
    """A row of a call with what is packed in it."""

    row: StepRow
    facts: Facts


def calls_of(connection: sqlite3.Connection, root: int) -> list[RecordedCall]:
    """The recorded calls of a run and its sub-pipelines, in the order in which they ended."""
    columns = ", ".join(StepRow._fields)
    rows = connection.execute(
        f"SELECT {columns} FROM calls WHERE id >= ? AND id < ? ORDER BY id",  # noqa: S608 - own names
        (root * FIRST, (root + 1) * FIRST),
    )
    return [RecordedCall(StepRow(*row), unpacked(row[2])) for row in rows]


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


def step_of(call: RecordedCall, run_ids: Mapping[int, str]) -> StepRecord:
    """A call as readers get it.

    Args:
        call: The call.
        run_ids: The id of each run by its number.
    """
    row, facts = call
    return StepRecord(
        record=row.id % FIRST,
        run_id=run_ids[facts.run],
        number=facts.number,
        parent=facts.parent,
        node=row.node,
        kind=facts.kind.value,
        owner=facts.owner,
        position=facts.position,
        attempt=facts.attempt,
        outcome=facts.outcome,
        target=row.target,
        started_at=facts.started_at,
        ended_at=facts.ended_at,
        error=row.error,
        meta=loaded(row.meta),
        value=row.value,
        delta=row.delta,
    )
