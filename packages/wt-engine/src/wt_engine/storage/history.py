"""The events of a recorded run, put together from the calls and the other events."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from wt_engine.ends import Outcome
from wt_engine.events import EventType, with_framework
from wt_engine.metrics import StepTiming
from wt_engine.storage.announcements import ANNOUNCED, announced
from wt_engine.storage.models import StoredEvent
from wt_engine.storage.rows import calls_of, loaded

_ERRORS = frozenset({Outcome.FAILED, Outcome.FAILED_ATTEMPT, Outcome.INTERRUPTED})
_OF_CALLS = frozenset({EventType.STEP_START.value, EventType.STEP_END.value, EventType.STEP_ERROR.value})


class _Origin(NamedTuple):
    run_id: str
    parent_run_id: str | None
    owner: str | None
    scope: tuple[str, ...]


class History:
    """Reads the events of one run.

    Args:
        connection: Where from.
        root: The number of the outermost run.
        run_id: Its id.
    """

    def __init__(self, connection: sqlite3.Connection, root: int, run_id: str) -> None:
        self._connection = connection
        self._root = root
        self._run_id = run_id
        self._origins = {root: _Origin(run_id, None, None, ())}
        self._calls = calls_of(connection, root)
        self._starts = {facts.start_seq for _, facts in self._calls}
        self._maps = {
            (facts.run, facts.number): (row.node, facts.owner)
            for row, facts in self._calls
            if facts.outcome is Outcome.OPENED
        }

    def _recorded(self, type_: str, seq: int) -> bool:
        """Whether an event is also in the row of its call: a start that was noted while the call was running."""
        return type_ == EventType.STEP_START and seq in self._starts

    def events(self, kind: str | None = None) -> list[StoredEvent]:
        """The events in their order.

        Args:
            kind: Only those of this type.
        """
        self._read_origins()
        found = [event for event in self._other_events(kind) if not self._recorded(event.type, event.seq)]
        if kind is None or kind in _OF_CALLS:
            found += [event for event in self._events_of_calls() if kind in (None, event.type)]
            found.sort(key=lambda event: event.seq)
        return found

    def _read_origins(self) -> None:
        rows = self._connection.execute(
            "SELECT id, run_id, parent, parent_call, scope FROM runs WHERE root = ? AND id <> root ORDER BY id",
            (self._root,),
        )
        for number, run_id, parent, call, scope in rows:
            above = self._origins[parent].run_id
            self._origins[number] = _Origin(run_id, above, f"{above}:{call}", tuple(json.loads(scope)))

    def _scope(self, run: int, owner: int) -> tuple[str, ...]:
        maps: list[str] = []
        while owner:
            name, owner = self._maps.get((run, owner), ("", 0))
            maps.append(name)
        return self._origins[run].scope + tuple(reversed(maps))

    def _other_events(self, kind: str | None) -> Iterator[StoredEvent]:
        rows = self._connection.execute(
            "SELECT seq, type, stage, timestamp, payload, meta, run, kind, number, parent, owner, attempt, scope "
            "FROM events WHERE root = :root AND (:kind IS NULL OR type IN (:kind, :other)) ORDER BY seq",
            {"root": self._root, "kind": kind, "other": ANNOUNCED if kind == EventType.MAP_WORKER else kind},
        )
        for seq, type_, stage, at, payload, meta, run, node_kind, number, parent, owner, attempt, scope in rows:
            place = self._origins[run].scope if scope is None else tuple(json.loads(scope))
            names = self._names(run, number, parent, owner)
            about = (node_kind or "system", *names, attempt or 1, place)
            content = loaded(payload)
            if type_ == EventType.FINISH and isinstance(content, dict) and "metrics" in content:
                content["metrics"]["step_latency"] = self._latency(run)
            event = self._event(seq, type_, stage, at, (content, loaded(meta)), run, about)
            if type_ == ANNOUNCED:
                yield from announced(event)
            else:
                yield event

    def _events_of_calls(self) -> Iterator[StoredEvent]:
        for row, facts in self._calls:
            run, kind = facts.run, facts.kind.value
            stage = ":".join((*self._origins[run].scope, row.node))
            names = self._names(run, facts.number, facts.parent, facts.owner)
            about = (kind, *names, facts.attempt, self._scope(run, facts.owner))
            if facts.start_seq is not None:
                began = facts.started_at or 0.0
                yield self._event(facts.start_seq, EventType.STEP_START.value, stage, began, (None, None), run, about)
            if facts.end_seq is not None:
                failed = facts.outcome in _ERRORS
                type_ = EventType.STEP_ERROR if failed else EventType.STEP_END
                meta = with_framework(type_, kind, loaded(row.meta), facts.seconds, facts.attempt)
                content = (row.error if failed else None, meta)
                yield self._event(facts.end_seq, type_.value, stage, facts.ended_at or 0.0, content, run, about)

    def _latency(self, run: int) -> dict[str, dict[str, float]]:
        """How long the functions of a run's steps took, as its FINISH told."""
        timings: dict[str, StepTiming] = {}
        for row, facts in self._calls:
            if facts.run == run and facts.end_seq is not None:
                timings.setdefault(row.node, StepTiming()).add(facts.seconds)
        return {step: dataclasses.asdict(timing) for step, timing in timings.items()}

    def _names(
        self, run: int, number: int | None, parent: int | None, owner: int | None
    ) -> tuple[str | None, str | None, str | None]:
        origin = self._origins[run]
        call, above, frame = (f"{origin.run_id}:{each}" if each else None for each in (number, parent, owner))
        return call, above or origin.owner, frame or origin.owner

    def _event(
        self, seq: int, type_: str, stage: str, at: float, content: tuple[Any, Any], run: int, about: tuple[Any, ...]
    ) -> StoredEvent:
        origin = self._origins[run]
        return StoredEvent(seq, type_, stage, at, *content, self._run_id, origin.run_id, origin.parent_run_id, *about)
