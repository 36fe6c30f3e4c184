"""Joins that wait long, for ever, or in vain."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from wt_engine.events import Event, EventType
from wt_engine.observers import Observer, ObserverMeta

_log = logging.getLogger("wt_engine")

Finding = Literal["slow", "hang", "unresolved", "error_state"]


@dataclass(frozen=True, slots=True)
class BarrierDebugRecord:
    """Something about a join.

    Attributes:
        kind: `slow`: it waited longer than it should. `hang`: it still does. `unresolved`: the run ended before it
            started. `error_state`: it, or a parent that it waits for, has failed.
        step: The join.
        run_id: The run.
        waited_s: How long it had waited.
        waiting_for: The parents that had not arrived when the wait began.
    """

    kind: Finding
    step: str
    run_id: str
    waited_s: float
    waiting_for: tuple[str, ...]


class BarrierDebugSink(Protocol):
    """Where findings go."""

    def emit(self, record: BarrierDebugRecord) -> None:
        """Take a finding."""


@dataclass(slots=True)
class _Wait:
    since: float
    waiting_for: tuple[str, ...]
    hangs: bool = False


class BarrierDebugger(Observer):
    """Watches the joins that have a `barrier_timeout`, the only ones that tell of their waits.

    Args:
        warn_after: How many seconds a join may wait.
        clock: What tells the time, in seconds.
        sink: Where findings go; the log without it, as warnings.

    Attributes:
        records: All findings.
    """

    def __init__(
        self,
        warn_after: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sink: BarrierDebugSink | None = None,
    ) -> None:
        self._warn_after = warn_after
        self._clock = clock
        self._sink = sink
        self._waits: dict[tuple[str, str], _Wait] = {}
        self.records: list[BarrierDebugRecord] = []

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """Follow the joins of a run."""
        now = self._clock()
        key = (event.run_id, event.stage)
        wait = self._waits.get(key)
        if event.type is EventType.BARRIER_WAIT:
            self._waits[key] = _Wait(now, tuple(event.payload["waiting_for"]))
        elif event.type is EventType.BARRIER_RELEASE and wait is not None:
            del self._waits[key]
            if now - wait.since > self._warn_after:
                self._report("slow", key, wait, now)
        elif event.type is EventType.STEP_ERROR:
            self._failed(key, now)
        self._look_for_hangs(event.run_id, now)
        if event.type is EventType.FINISH and event.origin_run_id == event.run_id:
            for waiting in [each for each in self._waits if each[0] == event.run_id]:
                self._report("unresolved", waiting, self._waits.pop(waiting), now)

    def _failed(self, key: tuple[str, str], now: float) -> None:
        run_id, stage = key
        for waiting, wait in list(self._waits.items()):
            if waiting[0] == run_id and (waiting[1] == stage or stage in wait.waiting_for):
                self._report("error_state", waiting, wait, now)
                if waiting[1] == stage:
                    del self._waits[waiting]

    def _look_for_hangs(self, run_id: str, now: float) -> None:
        for key, wait in self._waits.items():
            if key[0] == run_id and not wait.hangs and now - wait.since > self._warn_after:
                wait.hangs = True
                self._report("hang", key, wait, now)

    def _report(self, kind: Finding, key: tuple[str, str], wait: _Wait, now: float) -> None:
        record = BarrierDebugRecord(kind, key[1], key[0], now - wait.since, wait.waiting_for)
        self.records.append(record)
        if self._sink is not None:
            self._sink.emit(record)
        else:
            parents = ", ".join(record.waiting_for)
            _log.warning("Join '%s' (%s) after %.3f s; waiting for: %s", record.step, kind, record.waited_s, parents)
