"""Resuming: what was recorded happens again, silently and without calling anything; what is left then runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from wt_engine.call import Call
from wt_engine.ends import ON, RESULTS, STATE, Outcome
from wt_engine.errors import RecordedError, ResumeError
from wt_engine.events import EventType, NodeKind, Origin
from wt_engine.failures import FailureKind, FailureReason
from wt_engine.fan_out import frame_of, items_of
from wt_engine.injection import MISSING
from wt_engine.invocation import invoke
from wt_engine.journal import Journal
from wt_engine.maps import MapFrame
from wt_engine.open_calls import OpenCalls, Reopened
from wt_engine.plan import NOWHERE, Node
from wt_engine.recollection import Recollection
from wt_engine.storage.models import StepRecord

if TYPE_CHECKING:
    from wt_engine.execution import Execution
    from wt_engine.routing import Router
    from wt_engine.run import Run

_UNDONE = frozenset({Outcome.FAILED, Outcome.ASTRAY, Outcome.INTERRUPTED})


class _Silence:
    """Stands for the publisher while nothing new happens."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin

    async def say(self, *_: Any, **__: Any) -> None:
        """Say nothing."""


class Resumption:
    """Brings a run to where its record ends.

    Each recorded end is applied to the call that it was of, by the same code that a live call's end goes through. So
    successors, joins, branches, jumps and maps are where they were, without anything that knows them twice.

    Args:
        run: The run, in which nothing has happened yet.
        router: Queues what runs next.
        execution: Ends the calls.
        recollection: What is known of the run.
    """

    def __init__(self, run: Run, router: Router, execution: Execution, recollection: Recollection) -> None:
        self._run = run
        self._router = router
        self._execution = execution
        self._recollection = recollection
        self._run_id = run.publisher.origin.run_id
        self._records = recollection.steps(self._run_id)
        self._open = OpenCalls(run)

    async def restore(self, first: Iterable[Node]) -> None:
        """Do again what was recorded, and queue what is left.

        Args:
            first: The steps that the run began with.

        Raises:
            ResumeError: The records do not fit the plan.
        """
        run = self._run
        publisher, recorder = run.publisher, run.recorder
        silence: Any = _Silence(publisher.origin)
        run.publisher, run.recorder, run.folding = silence, None, True
        try:
            for node in first:
                self._router.start(node, None)
            for record in self._records:
                await self._apply(record)
        finally:
            run.publisher, run.recorder, run.folding = publisher, recorder, False
        self._open.collect()
        run.journal = Journal(run.settings.classification, run.forensics)
        self._answer()
        self._leave()
        ready = run.crew.ready
        ready.extend(self._open.left())
        ready.extend(Reopened(call, self._state_of(call)) for call in self._open.begun.values())
        ready.extend(self._open.answered.values())

    async def announce(self) -> None:
        """Tell of the maps that are in progress, and let their items go out; end those that have none left."""
        run = self._run
        for frame in list(run.frames.values()):
            call = frame.owner
            await self._execution.tell_again(call)
            about = {"target": frame.worker.name, "item_count": len(frame.items)}
            await run.publisher.say(EventType.MAP_START, call.node.name, about, call, {"resumed": True})
            run.journal.maps.started += 1
            run.journal.maps.workers_started += len(frame.places)
            if run.recorder is not None:
                run.recorder.opened(call)
        for frame in list(reversed(run.frames.values())):
            if not frame.pending and frame.owner.number in run.frames:
                await self._execution.complete(frame)
        for frame in run.frames.values():
            run.crew.offer(frame)

    async def _apply(self, record: StepRecord) -> None:
        outcome = record.outcome
        if outcome is Outcome.OPENED:
            await self._reopen(record)
        elif outcome in _UNDONE:
            await self._fail(record)
        elif outcome is Outcome.ANSWERED:
            self._answered(record)
        elif outcome is Outcome.CUT:
            return
        else:
            call, frame = self._taken(record)
            if outcome is Outcome.SUSPENDED:
                self._open.suspended[call.number] = call
            elif outcome in (Outcome.AGAIN, Outcome.FAILED_ATTEMPT):
                await self._execution.again(call)
            else:
                await self._end(call, frame, record)

    async def _end(self, call: Call, frame: MapFrame | None, record: StepRecord) -> None:
        run, name = self._run, record.target
        if frame is not None and frame.worker.keeps:
            run.values[frame.worker.index] = frame.results
        if record.outcome is Outcome.CHOSE:
            place = NOWHERE if name is None else run.plan.index[name]
            await self._execution.chosen(call, self._recollection.value(record), place)
        elif record.outcome is Outcome.JUMPED:
            assert name is not None
            await self._execution.end(call, None, Outcome.JUMPED, jump=run.plan.nodes[run.plan.index[name]])
        else:
            run.stopping = run.stopping or record.outcome is Outcome.STOPPED
            if name == STATE:
                value = self._state_of(call)
            elif name == RESULTS and frame is not None:
                value = frame.value
            else:
                value = self._recollection.value(record)
            await self._execution.end(call, value, record.outcome)

    def _taken(self, record: StepRecord) -> tuple[Call, MapFrame | None]:
        try:
            return self._open.take(record)
        except ResumeError:
            node = self._run.plan.nodes[self._run.plan.index[record.node]]
            if node.barrier_timeout is None:
                raise
            # The join's time was up, and a handler has made up for it.
            self._router.expired(node)
            frame = self._run.frames.get(record.owner)
            if frame is not None:
                frame.pending += 1
            call = Call(node, record.parent, frame)
            call.number = record.number
            return call, None

    async def _reopen(self, record: StepRecord) -> None:
        run, number = self._run, record.number
        if number in run.frames or number in self._open.begun:
            return
        if record.kind == NodeKind.MAP:
            call, _ = self._taken(record)
            assert call.node.each is not None
            team = [run.plan.nodes[place] for place in call.node.team]
            calls = await invoke(run, call) if call.node.returns_data else None
            items = self._recollection.value(record) if calls is None else items_of(call.node, calls)
            worker = run.plan.nodes[call.node.each]
            run.frames[number] = frame_of(call, worker, items, team, calls)
        elif self._recollection.part(self._run_id, number) is not None:
            self._open.begun[number] = self._taken(record)[0]

    async def _fail(self, record: StepRecord) -> None:
        run, failed = self._run, self._open.failed
        key = (record.node, record.owner, record.position, record.attempt)
        if record.target == ON:
            # The run has gone on as if the step had returned nothing, and so does this one.
            call, _ = self._taken(record)
            if call.node.keeps and call.position < 0:
                run.values[call.node.index] = None
            await self._router.follow(call)
            await self._execution.finished(call, error=RecordedError(record.error))
        if record.outcome is not Outcome.INTERRUPTED:
            failed[key, record.parent] = record

    def _answered(self, record: StepRecord) -> None:
        call = self._open.suspended.pop(record.number)
        self._recollection.given = self._recollection.value(record)
        if record.target == "again":
            self._queue_again(call)
        else:
            self._open.answered[call.number] = Reopened(call, self._recollection.given)

    def _answer(self) -> None:
        """Give the answer to the first step that waits for one; whoever else waits is asked again."""
        recollection = self._recollection
        for number, call in list(self._open.suspended.items()):
            del self._open.suspended[number]
            if recollection.answer is MISSING:
                self._queue_again(call)
                continue
            recollection.given, recollection.answer = recollection.answer, MISSING
            again = call.node.callee.recipe.wants_answer
            if self._run.recorder is not None:
                self._run.recorder.answered(call, recollection.given, again=again)
            if again:
                self._queue_again(call)
            else:
                self._open.answered[number] = Reopened(call, recollection.given)

    def _queue_again(self, call: Call) -> None:
        call.number = 0
        self._open.queue(call)

    def _leave(self) -> None:
        """See what is left of the maps, and which failures stay."""
        run, failed = self._run, self._open.failed
        for number, frame in run.frames.items():
            frame.places = [place for place in range(len(frame.items)) if place not in self._open.taken[number]]
            if run.stopping:
                again = {record.position for record in failed.values() if record.owner == number}
                frame.pending -= len([place for place in frame.places if place not in again])
                frame.places = [place for place in frame.places if place in again]
        if run.stopping:
            for call in self._open.left():
                key = (call.node.name, call.owner, call.position, call.attempt)
                if (key, call.parent) not in failed:
                    self._open.drop(call)
        for record in failed.values():
            node = run.plan.nodes[run.plan.index[record.node]]
            if not self._open.has(record) and node.barrier_timeout is None:
                error = RecordedError(record.error)
                reason = FailureReason.STEP_ERROR
                run.journal.fail(FailureKind.STEP, reason, record.node, error, (record.meta or {}).get("forensics", {}))

    def _state_of(self, call: Call) -> Any:
        """The state of the sub-pipeline that a call has begun."""
        part = self._recollection.part(self._run_id, call.number)
        if part is None:
            return None
        return self._recollection.states[part.run_id]
