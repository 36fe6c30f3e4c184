"""The record of one run: each call that ends, with what it returned and what it changed."""

from __future__ import annotations

import json
from time import time
from typing import TYPE_CHECKING, Any

from wt_engine.call import Call
from wt_engine.codec import Codec
from wt_engine.deltas import StateTracker
from wt_engine.ends import RESULTS, STATE, Outcome
from wt_engine.errors import UnrecordableError
from wt_engine.events import EventType, NodeKind
from wt_engine.injection import MISSING
from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus
from wt_engine.runlog import RunLog
from wt_engine.storage.facts import KINDS, OUTCOMES, pack
from wt_engine.storage.models import CheckpointRecord, NewRun, RunEnd, RunStatus, StepRow

if TYPE_CHECKING:
    from wt_engine.run import Run

_ELSEWHERE = (RESULTS, STATE)
_WHOLE = (Outcome.ENDED, Outcome.CUT)
_NO_ENDS = (Outcome.OPENED, Outcome.ANSWERED)
_written = json.JSONEncoder(default=repr).encode


class Recorder:
    """Records one run, or a sub-pipeline of one.

    Args:
        log: Takes the rows.
        run: The run.
        codec: Writes the values.
        tracker: Finds what changes in the state.
        number: The run's number in the store.
    """

    def __init__(self, log: RunLog, run: Run, codec: Codec, tracker: StateTracker, number: int) -> None:
        self.log = log
        self.codec = codec
        self.tracker = tracker
        self.number = number
        self._run = run

    def before(self, call: Call) -> None:
        """Bring to the store what a call that is about to start follows from."""
        frame = call.frame
        round_before = frame.last if frame is not None and call.position >= 0 else 0
        self.log.before(self.number, round_before or call.parent)

    async def end(self, call: Call, outcome: Outcome, value: Any = MISSING, target: str | None = None) -> None:
        """Tell that a call has ended well, and record it.

        Args:
            call: The call.
            outcome: How it ended.
            value: What it returned.
            target: Where it goes on, if it chose; or `RESULTS` or `STATE`, which stand for the value.

        Raises:
            UnrecordableError: What it returned, or put into the state, cannot be recorded; then nothing is told.
        """
        run = self._run
        stream = run.publisher.stream
        if len(stream.items) >= stream.limit:
            await stream.room()
        said = run.said_in(call.number) if run.scopes else None
        merges, text = call.node.merges, None
        if value is not MISSING and self._wants(call) and (merges or target not in _ELSEWHERE):
            text = self._encoded(call, value)
        if merges:
            delta = self._merged(call, value) if value is not None and target is None and outcome in _WHOLE else None
        else:
            delta = self._delta(call)
        run.publisher.emit(EventType.STEP_END, call.node.name, run.state, call, said)
        self.log.add(self._row(call, outcome, target, text, delta, None, said), self.number, call.number)

    async def fail(
        self, call: Call, outcome: Outcome, error: str, said: dict[str, Any] | None, target: str | None = None
    ) -> None:
        """Tell that a call has failed, and record it.

        Args:
            call: The call.
            outcome: How it failed.
            error: What with, as text.
            said: What is told with it.
            target: `ON`, if the run goes on as if the step had returned nothing.
        """
        stream = self._run.publisher.stream
        if len(stream.items) >= stream.limit:
            await stream.room()
        self.fail_now(call, outcome, error, said, target)

    def fail_now(
        self, call: Call, outcome: Outcome, error: str, said: dict[str, Any] | None, target: str | None = None
    ) -> None:
        """The same, whether or not there is room for what is told."""
        self._run.publisher.emit(EventType.STEP_ERROR, call.node.name, error, call, said)
        try:
            delta = self._delta(call)
        except UnrecordableError:
            # The call has failed already, and with it what it has put there.
            delta = None
        self.log.add(self._row(call, outcome, target, None, delta, error, said), self.number, call.number)

    def opened(self, call: Call, content: Any = MISSING) -> None:
        """Record that a map has its items, or that a sub-pipeline begins.

        Args:
            call: The call.
            content: The items; nothing for a sub-pipeline, or a map whose items are recorded.

        Raises:
            UnrecordableError: The items, or what its function put into the state, cannot be recorded.
        """
        text = self._encoded(call, content) if content is not MISSING else None
        row = self._row(call, Outcome.OPENED, None, text, self._delta(call), None, None)
        call.began = None
        self.log.add(row, self.number, call.number)

    def answered(self, call: Call, answer: Any, *, again: bool) -> None:
        """Record what a suspended call gets.

        Args:
            call: The call.
            answer: What it gets.
            again: Whether it runs again with it; else that is its value.

        Raises:
            UnrecordableError: The answer cannot be recorded.
        """
        text = self._encoded(call, answer)
        row = self._row(call, Outcome.ANSWERED, "again" if again else None, text, None, None, None)
        self.log.add(row, self.number, call.number)
        self.log.flush()

    def descend(self, inner: Run, call: Call) -> Recorder:
        """The recorder of a sub-pipeline that a call is about to start.

        Raises:
            UnrecordableError: Its state cannot be recorded.
            StoreError: The store cannot be written.
        """
        number = self.log.numbers.get(inner.publisher.origin.run_id)
        shared = self._shared(inner.state)
        tracker = self.tracker if shared == "" else self._tracker(inner.state, call)
        self.log.flush()
        if number is not None:
            # It goes on under the number that it had.
            return Recorder(self.log, inner, self.codec, tracker, number)
        origin = inner.publisher.origin
        scope = json.dumps(inner.publisher.scope)
        number = self.log.begin(
            NewRun(
                origin.run_id,
                inner.plan.name,
                time(),
                state=None if shared is not None else tracker.initial,
                shared=shared,
                parent=self.number,
                parent_call=call.number,
                scope=scope,
            )
        )
        return Recorder(self.log, inner, self.codec, tracker, number)

    def finish(self, end: PipelineEndData) -> None:
        """Record how the run ended."""
        status = RunStatus(end.status.value)
        if end.suspended and end.status is PipelineTerminalStatus.SUCCESS:
            status = RunStatus.SUSPENDED
        reason = None if end.reason is None else json.dumps(end.reason, default=str)
        self.log.end(self.number, RunEnd(status, time(), end.duration_s, end.error, end.failed_step, reason))

    def _tracker(self, state: Any, call: Call) -> StateTracker:
        try:
            return StateTracker(state, self.codec)
        except UnrecordableError as error:
            raise self._about(call, f"the state of sub-pipeline '{call.node.name}'{error.where}", error.why) from error

    def _shared(self, state: Any) -> str | None:
        """Where a sub-pipeline's state is in this run's: empty for the whole, the encoded name of a part, or None."""
        if state is self._run.state:
            return ""
        if type(state) in (int, str, bool, float, type(None)):
            return None
        for key, value in self.tracker.parts():
            if value is state:
                return self.codec.encode(key)
        return None

    def _wants(self, call: Call) -> bool:
        """Whether somebody will ask for the value of a call: a step, or the map that it works for."""
        frame = call.frame
        if call.node.keeps or call.position < 0 or frame is None:
            return call.node.keeps
        return frame.owner.node.gather is not None or self._wants(frame.owner)

    def checkpoint(self, name: str, step: str, state: Any) -> None:
        """Keep a state by name.

        Raises:
            UnrecordableError: It cannot be written.
            StoreError: The store cannot be written.
        """
        self.log.flush()
        kept = CheckpointRecord(name, self.codec.encode(state), step)
        self.log.backend.save_checkpoint(self._run.publisher.origin.run_id, kept)

    def _merged(self, call: Call, changes: Any) -> str | None:
        try:
            return self.tracker.merged(changes)
        except UnrecordableError as error:
            raise self._about(call, error.where, error.why) from error

    def _delta(self, call: Call) -> str | None:
        if call.node.merges:
            # What such a call changes is what it gives; what is half done in the state is not its own.
            return None
        try:
            return self.tracker.delta()
        except UnrecordableError as error:
            raise self._about(call, error.where, error.why) from error

    def _encoded(self, call: Call, value: Any) -> str:
        try:
            return self.codec.encode(value)
        except UnrecordableError as error:
            what = "items" if call.node.kind is NodeKind.MAP else "value"
            raise self._about(call, f"its {what}{error.where}", error.why) from error

    def _about(self, call: Call, where: str, why: str) -> UnrecordableError:
        place = f"\n  --> {call.node.place}" if call.node.place else ""
        return UnrecordableError("", f"step '{call.node.name}' cannot be recorded: {where}: {why}{place}")

    def _row(
        self,
        call: Call,
        outcome: Outcome,
        target: str | None,
        value: str | None,
        delta: str | None,
        error: str | None,
        said: dict[str, Any] | None,
    ) -> StepRow:
        log, node, frame = self.log, call.node, call.frame
        log.record += 1
        log.running.pop(call, None)
        start_seq, started_at = call.began or (0, 0.0)
        end_seq, ended_at = (0, 0.0) if outcome in _NO_ENDS else log.told
        facts = pack(
            self.number,
            call.number,
            call.parent,
            frame.owner.number if frame is not None else 0,
            call.position,
            call.attempt,
            start_seq,
            end_seq,
            started_at,
            ended_at,
            call.seconds,
            KINDS[node.kind],
            OUTCOMES[outcome],
        )
        row = (log.record, node.name, facts, value, delta, target, error, None if said is None else _written(said))
        # As its constructor does, which is a function written in Python.
        return tuple.__new__(StepRow, row)
