"""What a run and its sub-pipelines say, on its way to the store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from wt_engine.events import Event, EventType
from wt_engine.failures import FailureRecord, text_of
from wt_engine.metrics import RuntimeMetrics
from wt_engine.storage.announcements import ANNOUNCED, Announcement
from wt_engine.storage.backend import RunWriter, StorageBackend
from wt_engine.storage.errors import StoreError
from wt_engine.storage.models import EventRow, NewRun, PlanFacts, RunEnd, StepRow
from wt_engine.storage.processes import HEARTBEAT
from wt_engine.storage.schema import FIRST

MOST = 256
"""How many rows are collected before they are written."""

_LONG = 0.1
"""Seconds between two looks at what runs: what is seen there is written, for a process that dies meanwhile."""

_NO_CALL = (None,) * 5
_START, _END, _ERROR = EventType.STEP_START, EventType.STEP_END, EventType.STEP_ERROR
_WORKER = EventType.MAP_WORKER


class RunLog:
    """Collects rows and writes them in groups.

    A group is written before anything starts that follows from one of its rows, when the loop has nothing else to do,
    and when there are many. So nobody else's writing waits for a group, and several processes may use one store.

    Args:
        backend: The store.
        writer: Writes to it.
        fail: Called once with what is wrong, if something cannot be written; from then on nothing is.
        most: How many rows are collected before they are written.
        delay: Seconds that rows may lie, for a run whose record may lag behind; None if nothing may start before what
            it follows from is written.

    Attributes:
        root: The number of the outermost run.
        numbers: The number of each run by its id.
        record: The number of the last row of a call in the store.
        told: The number and the time of the last event that told of a call's end.
        open: The calls whose rows are not written yet: their run and their number.
        running: What told of the start of each call that has not ended.
        broken: What is wrong, if something is.
    """

    def __init__(
        self,
        backend: StorageBackend,
        writer: RunWriter,
        fail: Callable[[StoreError], None],
        most: int = MOST,
        delay: float | None = None,
    ) -> None:
        self.backend = backend
        self.root = 0
        self.numbers: dict[str, int] = {}
        self.record = 0
        self.told: tuple[int, float] = (0, 0.0)
        self.open: set[tuple[int, int]] = set()
        self.running: dict[Any, Event] = {}
        self.broken: StoreError | None = None
        self._writer = writer
        self._fail = fail
        self._most = most
        self._delay = delay
        self._steps: list[StepRow] = []
        self._events: list[EventRow] = []
        self._announcement: Announcement | None = None
        self._scheduled = False
        self._loop = asyncio.get_running_loop()
        self._beat: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._seen = 0

    def begin(self, run: NewRun, plan: PlanFacts | None = None) -> int:
        """Write that a run, or a sub-pipeline of one, begins.

        Returns:
            Its number.

        Raises:
            StoreError: It could not be written.
        """
        number = self.numbers[run.run_id] = self._writer.begin(run, plan)
        if not self.root:
            self.root = number
            self.record = number * FIRST
        if self._beat is None:
            self._beat = self._loop.call_later(HEARTBEAT, self._pulse)
        return number

    def resume(self, run_id: str, plan: PlanFacts, record: int) -> None:
        """Go on with a run.

        Args:
            run_id: The run.
            plan: The plan that it goes on with.
            record: The number of the last row of a call.

        Raises:
            StoreError: Another process runs it, or it could not be written.
        """
        self.numbers.update(self._writer.resume(run_id, plan))
        self.root = self.numbers[run_id]
        self.record = self.root * FIRST + record
        self._beat = self._loop.call_later(HEARTBEAT, self._pulse)

    def tap(self, event: Event) -> None:
        """Take note of an event of the outermost run's stream."""
        call: Any = event.invocation
        kind = event.type
        if call is not None:
            if kind is _START:
                call.began = (event.seq, event.timestamp)
                self.running[call] = event
                if self._look is None:
                    self._look = self._loop.call_later(_LONG, self._note_running)
                return
            if kind is _END or kind is _ERROR:
                self.told = (event.seq, event.timestamp)
                return
            if kind is _WORKER:
                self._announce(event)
                return
        self._keep(event, kind.value)
        self._arrange()

    def _announce(self, event: Event) -> None:
        if self._announcement is not None:
            if self._announcement.takes(event):
                return
            self._keep_announcement()
        if event.said is None and isinstance(event.payload, dict) and isinstance(event.payload.get("index"), int):
            self._announcement = Announcement(event)
        else:
            self._keep(event, event.type.value)
        self._arrange()

    def _keep_announcement(self) -> None:
        if self._announcement is not None:
            self._keep(self._announcement.row(), ANNOUNCED)
            self._announcement = None

    def _keep(self, event: Event, kind: str) -> None:
        call: Any = event.invocation
        payload = None if event.type is EventType.START else event.payload
        scope = event.scope
        number = self.numbers.get(event.origin.origin_run_id, self.root)
        about = _NO_CALL if call is None else (call.number, call.parent, call.owner, call.attempt, call.kind._value_)
        row = (
            self.root,
            event.seq,
            number,
            kind,
            event.stage,
            event.timestamp,
            *about,
            json.dumps(scope) if scope else None,
            None if payload is None else _written(payload),
            None if event.said is None else _written(event.said),
        )
        self._events.append(tuple.__new__(EventRow, row))

    def add(self, row: StepRow, run: int, number: int) -> None:
        """Take the row of a call, of that run and with that number."""
        self._steps.append(row)
        self.open.add((run, number))
        if not self._scheduled or len(self._steps) >= self._most:
            self._arrange()

    def before(self, run: int, parent: int) -> None:
        """Write what there is, if a call is about to start that follows from it."""
        if self._delay is None and (run, parent) in self.open:
            self.flush()

    def flush(self) -> None:
        """Write what there is."""
        if self.broken is not None:
            return
        if self._announcement is not None:
            self._keep_announcement()
        steps, events = self._steps, self._events
        if not steps and not events:
            return
        self._steps, self._events = [], []
        self.open.clear()
        try:
            self._writer.write(steps, events)
        except StoreError as error:
            self._break(error)

    def end(self, run: int, how: RunEnd) -> None:
        """Write what there is, and how a run ended."""
        self.flush()
        if run == self.root:
            for timer in (self._beat, self._look):
                if timer is not None:
                    timer.cancel()
        try:
            self._writer.end(run, how)
        except StoreError as error:
            self._break(error)

    def _arrange(self) -> None:
        if len(self._steps) + len(self._events) >= self._most:
            self.flush()
        elif not self._scheduled:
            self._scheduled = True
            if self._delay is None:
                self._loop.call_soon(self._idle)
            else:
                self._loop.call_later(self._delay, self._idle)

    def _idle(self) -> None:
        self._scheduled = False
        self.flush()
        self._writer.rest()

    def _note_running(self) -> None:
        self._look = self._loop.call_later(_LONG, self._note_running) if self.running else None
        unseen = [event for event in self.running.values() if event.seq > self._seen]
        for event in unseen:
            self._keep(event, event.type.value)
            self._seen = event.seq
        if unseen:
            self.flush()

    def _pulse(self) -> None:
        self._beat = self._loop.call_later(HEARTBEAT, self._pulse)
        try:
            self._writer.beat(self.root)
        except StoreError as error:
            self._break(error)

    def _break(self, error: StoreError) -> None:
        if self.broken is None:
            self.broken = error
            self._fail(error)


def _shown(value: Any) -> Any:
    """What JSON is to hold of something that it does not know, where it only has to be read by people."""
    import dataclasses

    if isinstance(value, BaseException):
        return text_of(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        if isinstance(value, RuntimeMetrics):
            # There is one for each step, and readers of the record work it out from the calls.
            names.remove("step_latency")
        elif isinstance(value, FailureRecord):
            names.remove("exception")  # its text, without secrets, is the error of the record
        return {name: getattr(value, name) for name in names}
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return repr(value)


_written = json.JSONEncoder(default=_shown).encode
"""A value as JSON text, for people to read. (`json.dumps` would make such an encoder for every value.)"""
