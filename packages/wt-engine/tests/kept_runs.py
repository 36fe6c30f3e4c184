"""Runs in a store, as tests need them."""

from __future__ import annotations

import asyncio
from typing import Any

from wt_engine import Event, EventType, Pipe
from wt_engine.storage import RunRecord, RunStatus, SQLiteBackend, StoredEvent


def keep(store: SQLiteBackend, pipe: Pipe[Any, Any], state: Any = None) -> str:
    """Run a pipe and keep what it said; returns the run's id."""

    async def consume() -> list[Event]:
        return [event async for event in pipe.run(state)]

    events = asyncio.run(consume())
    end = events[-1].payload
    run = RunRecord(
        events[0].run_id,
        pipe.name,
        RunStatus(end.status.value),
        events[0].timestamp,
        events[-1].timestamp,
        end.duration_s,
        end.error,
        end.failed_step,
    )
    store.save_run(run)
    store.append_events(run.run_id, [stored(event) for event in events])
    return run.run_id


def stored(event: Event) -> StoredEvent:
    payload = event.payload if isinstance(event.payload, str) else None
    if event.type is EventType.FINISH:
        payload = {"status": event.payload.status.value}
    return StoredEvent(
        event.seq,
        event.type.value,
        event.stage,
        event.timestamp,
        payload,
        event.meta,
        event.run_id,
        event.origin_run_id,
        event.parent_run_id,
        event.node_kind.value,
        event.invocation_id,
        event.parent_invocation_id,
        event.owner_invocation_id,
        event.attempt,
        event.scope,
    )
