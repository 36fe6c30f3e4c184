"""Running a call from its STEP_START to its STEP_END or STEP_ERROR, and what follows from either."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

from wt_contracts.skip import Skipped

from wt_engine.call import Call
from wt_engine.checkpoints import Given
from wt_engine.control import Next, Raise, Retry, Skip, Stop, Suspend, Value, is_control, normalised
from wt_engine.ends import RESULTS, STATE, Outcome
from wt_engine.errors import (
    PipelineCancelled,
    RetriesExceededError,
    UnknownStepError,
    UnrecordableError,
)
from wt_engine.events import EventType, NodeKind
from wt_engine.failures import text_of
from wt_engine.fan_out import open_frame
from wt_engine.injection import MISSING
from wt_engine.invocation import invoke, settled
from wt_engine.maps import MapFrame
from wt_engine.open_calls import Reopened
from wt_engine.outcome import PipelineTerminalStatus
from wt_engine.plan import NOWHERE, Node
from wt_engine.recovery import Recovery, forget_cancellation
from wt_engine.routing import Expiry, Router
from wt_engine.run import Run

_START, _END, _ERROR = EventType.STEP_START, EventType.STEP_END, EventType.STEP_ERROR
_ENDED = Outcome.ENDED
_STEP, _MAP, _SWITCH = NodeKind.STEP, NodeKind.MAP, NodeKind.SWITCH


class Execution:
    """Runs the calls of a run.

    Args:
        run: The run.
        router: Queues what runs next.
    """

    def __init__(self, run: Run, router: Router) -> None:
        self._run = run
        self._router = router
        self._recovery = Recovery(run, router, self)
        self._number = 0

    async def perform(self, unit: Call | Expiry | Reopened) -> None:
        """Run a call to its end, go on with one, or fail the join whose time is up."""
        if not isinstance(unit, Call):
            await self._perform_other(unit)
            return
        run = self._run
        if self._held_back(unit):
            return
        node, callee = unit.node, unit.node.callee
        await self.begin(unit)
        busy = run.crew.busy
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        started = perf_counter()
        try:
            if run.scopes is not None:
                with run.scopes.step(unit.number):
                    result = await invoke(run, unit)
            elif node.plain:
                result = settled(node.name, await callee.call(**callee.recipe.arguments(run, unit)))
            else:
                result = await invoke(run, unit)
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 - a step may raise anything, and the run's record must say so
            busy.discard(task)
            unit.seconds = perf_counter() - started
            run.journal.timings.add(node.name, unit.seconds)
            await self._recovery.failed(unit, error)
            return
        busy.discard(task)
        unit.seconds = seconds = perf_counter() - started
        run.journal.timings.add(node.name, seconds)
        if run.ending is not None:
            forget_cancellation(task)
        if node.kind is _STEP and (result is None or (node.merges and isinstance(result, dict))):
            await self.end(unit, result)
        else:
            await self.settle(unit, result)

    async def _perform_other(self, unit: Expiry | Reopened) -> None:
        if isinstance(unit, Expiry):
            await self._recovery.expire(unit)
        elif not self._held_back(unit.call):
            await self.tell_again(unit.call)
            if unit.call.node.merges and unit.call.node.kind is _STEP:
                self._run.state.update(unit.content)
            await self._proceed(unit.call, unit.content)

    def _held_back(self, call: Call) -> bool:
        """Whether a call may not start, because the run is cut short; what it follows from is recorded first."""
        run = self._run
        if run.recorder is not None:
            run.recorder.before(call)
        if run.token.cancelled:
            run.abort(PipelineTerminalStatus.CANCELLED, run.token.reason or "cancelled")
        elif run.publisher.broken is not None:
            run.abort(PipelineTerminalStatus.FAILED, text_of(run.publisher.broken))
        return run.ending is not None

    async def begin(self, call: Call) -> None:
        """Give an invocation its number and tell of its start."""
        self._number = call.number = self._number + 1
        self._run.journal.tasks.started += 1
        await self._run.publisher.say(_START, call.node.name, None, call)

    async def tell_again(self, call: Call) -> None:
        """Tell that a call goes on that had begun before the run was resumed."""
        self._run.journal.tasks.started += 1
        await self._run.publisher.say(_START, call.node.name, None, call, {"resumed": True})

    async def interrupted(self, call: Call, text: str) -> None:
        """Tell that a map was cut short."""
        await self._recovery.tell(call, Outcome.INTERRUPTED, text, None)

    def count_from(self, number: int) -> None:
        """Number the next invocation after this one."""
        self._number = number

    async def end(
        self,
        call: Call,
        value: Any,
        outcome: Outcome = _ENDED,
        *,
        target: str | None = None,
        jump: Node | None = None,
    ) -> None:
        """End a call.

        Args:
            call: The call.
            value: What it returned.
            outcome: How it ended.
            target: What the record is to say of where it goes on, or of its value.
            jump: The step that it goes on with instead of its successors.
        """
        run = self._run
        if run.recorder is None:
            said = run.said_in(call.number) if run.scopes else None
            await run.publisher.say(_END, call.node.name, run.state, call, said)
        elif not await self._recorded(call, outcome, value, target):
            return
        if call.node.keeps and call.position < 0:
            run.values[call.node.index] = value
        if jump is not None:
            self._router.start(jump, call)
        elif outcome is _ENDED and call.node.successors:
            await self._router.follow(call)
        await self.finished(call, value)

    async def _recorded(self, call: Call, outcome: Outcome, value: Any = MISSING, target: str | None = None) -> bool:
        """Tell and, if the run is recorded, record that a call ends well; False if that cannot be, so that it fails."""
        run = self._run
        if run.recorder is None:
            await run.publisher.say(_END, call.node.name, run.state, call, run.said_in(call.number))
            return True
        try:
            await run.recorder.end(call, outcome, value, target)
        except UnrecordableError as error:
            await self._recovery.give_up(call, error)
            return False
        return True

    async def finished(self, call: Call, value: Any = None, error: BaseException | None = None) -> None:
        """Account for a call that is over, and for the map that waited for it."""
        run = self._run
        run.journal.tasks.completed += 1
        frame = call.frame
        if frame is None:
            return
        frame.pending -= 1
        if error is not None:
            frame.fail(call.position, error)
        if call.position >= 0:
            frame.running -= 1
            frame.results[call.position] = value
            if frame.rounds is not None and error is None and not run.stopping and run.ending is None:
                frame.go_on(call.number, value)
            if not run.stopping and run.ending is None:
                run.crew.offer(frame)
        if not frame.pending and run.ending is None:
            await self.complete(frame)

    async def settle(self, call: Call, result: Any, *, handled: bool = False) -> None:
        """Do what the result of a step, or of its handler, says."""
        if not call.node.returns_data:
            # A text is what a map hands out and what a switch decides by; from others it is the name of a step.
            kind = call.node.kind
            if not isinstance(result, str) or not (kind is _MAP or (kind is _SWITCH and not handled)):
                result = normalised(result)
            if isinstance(result, Value):
                result = result.data
            elif is_control(result):
                await self._steer(call, result, handled=handled)
                return
        if handled or call.node.kind is _STEP:
            # A switch whose handler has returned data has chosen nothing.
            await self.end(call, result, Outcome.ENDED if call.node.kind is not _SWITCH else Outcome.ENDED_ALONE)
            return
        await self._proceed(call, result)

    async def _proceed(self, call: Call, result: Any) -> None:
        """Go on with the data that a call's function has returned."""
        if call.node.kind is _STEP or isinstance(result, Skipped):
            await self.end(call, result)
            return
        if isinstance(result, Given):
            await self.end(call, result.value)
            return
        try:
            await self._open(call, result)
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 - as in `perform`: routes and sub-pipelines are the user's too
            await self._recovery.failed(call, error)

    async def _steer(self, call: Call, result: Any, *, handled: bool) -> None:
        name = call.node.name
        if isinstance(result, Raise):
            error = result.exception or RuntimeError(f"Step '{name}' returned Raise()")
            await (self._recovery.give_up if handled else self._recovery.failed)(call, error)
        elif isinstance(result, Retry):
            await self._retry(call)
        elif isinstance(result, Next):
            await self._jump(call, result.name)
        elif isinstance(result, Skip):
            await self.end(call, None, Outcome.SKIPPED)
        elif isinstance(result, Suspend):
            self._run.suspend(call.node.index, result)
            await self._run.publisher.say(EventType.SUSPEND, name, result.reason, call)
            if self._run.settings.suspends_alone:
                await self.end(call, None, Outcome.SUSPENDED)
            else:
                await self._stop(call, Outcome.SUSPENDED)
        elif isinstance(result, Stop):
            await self._stop(call, Outcome.STOPPED)

    async def _stop(self, call: Call, outcome: Outcome) -> None:
        over = self._run.stop()
        await self.end(call, None, outcome)
        for frame in over:
            if frame.owner.number in self._run.frames:
                await self.complete(frame)

    async def _retry(self, call: Call) -> None:
        limit = self._run.settings.max_retries
        if call.attempt >= limit:
            await self._recovery.give_up(
                call, RetriesExceededError(f"Step '{call.node.name}' exceeded max retries ({limit})")
            )
            return
        if await self._recorded(call, Outcome.AGAIN):
            await self.again(call)

    async def again(self, call: Call) -> None:
        """Queue the next attempt of a call, unless nothing more may start."""
        self._run.journal.tasks.completed += 1
        if self._run.stopping or self._run.ending:
            self._run.journal.tasks.completed -= 1
            await self.finished(call)
        else:
            self._run.crew.ready.append(call.again())

    async def _jump(self, call: Call, name: str) -> None:
        run = self._run
        try:
            target = self._router.find(call, name)
        except UnknownStepError as error:
            if not await self._recorded(call, Outcome.ASTRAY):
                return
            report = run.forensics.report(error, run.state, call.node.place)
            shown = run.forensics.shown(name)
            run.journal.step_failed(shown, error, report)
            await run.publisher.say(_ERROR, shown, run.forensics.text(error), meta={"forensics": report})
            self._recovery.policy(error)
            await self.finished(call, error=error)
        else:
            await self.end(call, None, Outcome.JUMPED, target=name, jump=target)

    async def _open(self, call: Call, result: Any) -> None:
        """Go on with what a map, a switch or a sub-pipeline has returned."""
        kind = call.node.kind
        if kind is NodeKind.MAP:
            await self._fan_out(call, result)
        elif kind is NodeKind.SWITCH:
            await self._choose(call, result)
        else:
            await self._descend(call, result)

    async def _choose(self, call: Call, key: Any) -> None:
        run = self._run
        choice = self._router.route(call.node, key)
        if choice is None:
            if call.node.keeps:
                run.values[call.node.index] = key
            await self._stop(call, Outcome.STOPPED)
            return
        target = None if choice == NOWHERE else run.plan.nodes[choice].name
        if await self._recorded(call, Outcome.CHOSE, key, target):
            await self.chosen(call, key, choice)

    async def chosen(self, call: Call, key: Any, place: int) -> None:
        """Go on below a switch that has ended.

        Args:
            call: The switch.
            key: What its function returned.
            place: The chosen step, or `NOWHERE`.
        """
        if call.node.keeps:
            self._run.values[call.node.index] = key
        await self._router.choose(call, place)
        await self.finished(call, key)

    async def _descend(self, call: Call, state: Any) -> None:
        run = self._run
        if run.ending is not None:
            raise PipelineCancelled(run.ending[1])
        if run.recorder is not None:
            run.recorder.opened(call)
        started = perf_counter()
        try:
            suspended = await run.sub(call, call.node.pipeline, state)
        finally:
            run.journal.timings.add(call.node.name, perf_counter() - started)
        if suspended is not None:
            run.suspended = suspended
            await self._stop(call, Outcome.CUT)
        else:
            await self._gather(call, state, STATE)

    async def _fan_out(self, call: Call, result: Any) -> None:
        run = self._run
        frame = await open_frame(run, call, result)
        if not frame.pending:
            await self.complete(frame)
        elif run.ending is None:
            run.crew.offer(frame)

    async def complete(self, frame: MapFrame) -> None:
        """End a map whose last item is done."""
        run, call = self._run, frame.owner
        if run.folding:
            return
        name = call.node.name
        del run.frames[call.number]
        run.journal.maps.completed += 1
        run.journal.maps.peak_workers = max(run.journal.maps.peak_workers, frame.peak)
        owner = f"{run.publisher.origin.run_id}:{call.number}"
        about = {"target": frame.worker.name, "item_count": len(frame.items), "owner": owner, "failed": frame.failed}
        await run.publisher.say(EventType.MAP_COMPLETE, name, about, call)
        if frame.worker.keeps:
            run.values[frame.worker.index] = frame.results
        if frame.failed and run.settings.on_failure != "continue":
            await self._recovery.handle(call, frame.failure)
            return
        await self._gather(call, frame.value, RESULTS)

    async def _gather(self, call: Call, left: Any, target: str) -> None:
        """End a map or a sub-pipeline with the value that its node makes of what its calls have left."""
        if call.node.gather is not None:
            try:
                left, target_or_none = await call.node.gather(self._run, call, left), None
            except GeneratorExit:
                raise
            except BaseException as error:  # noqa: BLE001 - as in `perform`: results that do not fit together
                await self._recovery.failed(call, error)
                return
        else:
            target_or_none = target
        if call.node.kind is NodeKind.MAP and self._run.stopping:
            # Some of its items may not have run: whoever resumes the run has to look at them again.
            await self.end(call, left, Outcome.CUT, target=target_or_none)
        else:
            await self.end(call, left, target=target_or_none)
