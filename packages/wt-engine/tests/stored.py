"""Rows of stores, as tests write them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from wt_engine.events import NodeKind
from wt_engine.storage import (
    Outcome,
    RunRecord,
    RunStatus,
)
from wt_engine.storage.facts import Facts
from wt_engine.storage.models import PlanFacts, StepRow
from wt_engine.storage.schema import FIRST

PLAN = PlanFacts("k", "h", "[]")


def other_program(path: Path) -> closing[sqlite3.Connection]:
    """A connection that is none of the store's."""
    return closing(sqlite3.connect(path, isolation_level=None))


def run(run_id: str = "r1", at: float = 1.0, status: RunStatus = RunStatus.SUCCESS, **more: Any) -> RunRecord:
    return RunRecord(run_id, "pipe", status, at, **more)


def step(root: int, record: int, node: str = "a", **changes: Any) -> StepRow:
    first = 2 * record
    facts = Facts(root, record, 0, 0, -1, 1, first, first + 1, 1.0, 2.0, 0.5, NodeKind.STEP, Outcome.ENDED)
    packed = {name: changes.pop(name) for name in Facts._fields if name in changes}
    return StepRow(root * FIRST + record, node, facts._replace(**packed).packed(), **changes)
