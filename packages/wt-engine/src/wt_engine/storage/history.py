"""The events of a recorded run, put together from the calls and the other events."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from wt_engine.ends import Outcome
from wt_engine.events import EventType, with_framework
from wt_engine.storage.models import StoredEvent
from wt_engine.storage.rows import loaded

_ERRORS = frozenset({Outcome.FAILED.value, Outcome.FAILED_ATTEMPT.value, Outcome.INTERRUPTED.value})
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
        self._maps: dict[tuple[int, int], tuple[str, int]] = {}

    def events(self, kind: str | None = None) -> list[StoredEvent]:
        """The events in their order.

        Args:
            kind: Only those of this type.
        """
        self._read_origins()
        found = list(self._other_events(kind))
        if kind is None or kind in _OF_CALLS:
            self._read_maps()
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

    def _read_maps(self) -> None:
        rows = self._connection.execute(
            "SELECT run, number, node, owner FROM steps WHERE root = ? AND outcome = ?", (self._root, Outcome.OPENED)
        )
        self._maps = {(run, number): (node, owner) for run, number, node, owner in rows}

    def _scope(self, run: int, owner: int) -> tuple[str, ...]:
        maps: list[str] = []
        while owner:
            name, owner = self._maps.get((run, owner), ("", 0))
            maps.append(name)
        return self._origins[run].scope + tuple(reversed(maps))

    def _other_events(self, kind: str | None) -> Iterator[StoredEvent]:
        rows = self._connection.execute(
            "SELECT seq, type, stage, timestamp, payload, meta, run, kind, number, parent, owner, attempt, scope "
            "FROM events WHERE root = ?1 AND (?2 IS NULL OR type = ?2) ORDER BY seq",
            (self._root, kind),
        )
        for seq, type_, stage, at, payload, meta, run, node_kind, number, parent, owner, attempt, scope in rows:
            place = self._origins[run].scope if scope is None else tuple(json.loads(scope))
            names = self._names(run, number, parent, owner)
            about = (node_kind or "system", *names, attempt or 1, place)
            yield self._event(seq, type_, stage, at, (loaded(payload), loaded(meta)), run, about)

    def _events_of_calls(self) -> Iterator[StoredEvent]:
        rows = self._connection.execute(
            "SELECT run, number, parent, node, kind, owner, attempt, start_seq, end_seq, started_at, ended_at, "
            "outcome, error, meta, seconds FROM steps WHERE root = ? ORDER BY record",
            (self._root,),
        )
        for run, number, parent, node, kind, owner, attempt, first, last, began, ended, outcome, *more in rows:
            error, said, seconds = more
            stage = ":".join((*self._origins[run].scope, node))
            about = (kind, *self._names(run, number, parent, owner), attempt, self._scope(run, owner))
            if first is not None:
                yield self._event(first, EventType.STEP_START.value, stage, began, (None, None), run, about)
            if last is not None:
                type_ = EventType.STEP_ERROR if outcome in _ERRORS else EventType.STEP_END
                meta = with_framework(type_, kind, loaded(said), seconds or 0.0, attempt)
                payload = error if outcome in _ERRORS else None
                yield self._event(last, type_.value, stage, ended, (payload, meta), run, about)

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
