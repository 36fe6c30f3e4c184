"""Running a call from its STEP_START to its STEP_END or STEP_ERROR, and what follows from either."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

from wt_engine.call import Call
from wt_engine.control import Next, Raise, Retry, Skip, Stop, Suspend, Value, is_control, normalised
from wt_engine.errors import (
    MapItemsError,
    PipelineCancelled,
    RetriesExceededError,
    UnknownStepError,
)
from wt_engine.events import EventType, NodeKind
from wt_engine.failures import text_of
from wt_engine.fan_out import open_frame
from wt_engine.invocation import invoke
from wt_engine.maps import MapFrame
from wt_engine.outcome import PipelineTerminalStatus
from wt_engine.recovery import Recovery, forget_cancellation
from wt_engine.routing import Expiry, Router
from wt_engine.run import Run

_START, _END, _ERROR = EventType.STEP_START, EventType.STEP_END, EventType.STEP_ERROR
_STEP = NodeKind.STEP


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

    async def perform(self, unit: Call | Expiry) -> None:
        """Run a call to its end, or fail the join whose time is up."""
        if isinstance(unit, Expiry):
            await self._recovery.expire(unit)
            return
        run = self._run
        if self._cut_short():
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
            elif node.plain and not callee.recipe.sources:
                result = await callee.call()
            else:
                result = await invoke(run, unit)
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 - a step may raise anything, and the run's record must say so
            busy.discard(task)
            unit.seconds = perf_counter() - started
            run.journal.timed(node.name, unit.seconds)
            await self._recovery.failed(unit, error)
            return
        busy.discard(task)
        unit.seconds = seconds = perf_counter() - started
        run.journal.timed(node.name, seconds)
        if run.ending is not None:
            forget_cancellation(task)
        if result is None and node.kind is _STEP:
            await self._end(unit, None)
        else:
            await self.settle(unit, result)

    def _cut_short(self) -> bool:
        run = self._run
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

    async def _end(self, call: Call, value: Any, *, follow: bool = True) -> None:
        run = self._run
        if call.node.keeps and call.position < 0:
            run.values[call.node.index] = value
        await run.publisher.say(_END, call.node.name, run.state, call, run.said_in(call.number) if run.scopes else None)
        if follow and call.node.successors and call.node.kind is not NodeKind.SWITCH:
            await self._router.follow(call)
        await self.finished(call, value)

    async def finished(self, call: Call, value: Any = None, error: BaseException | None = None) -> None:
        """Account for a call that is over, and for the map that waited for it."""
        self._run.journal.tasks.completed += 1
        frame = call.frame
        if frame is None:
            return
        frame.pending -= 1
        if error is not None:
            frame.failed += 1
            frame.error = frame.error or error
        if call.position >= 0:
            frame.running -= 1
            frame.results[call.position] = value
            if not self._run.stopping and self._run.ending is None:
                self._run.crew.offer(frame)
        if not frame.pending and self._run.ending is None:
            await self._complete(frame)

    async def settle(self, call: Call, result: Any, *, handled: bool = False) -> None:
        """Do what the result of a step, or of its handler, says."""
        result = normalised(result) if call.node.kind is not NodeKind.MAP or not isinstance(result, str) else result
        if isinstance(result, Value):
            result = result.data
        elif is_control(result):
            await self._steer(call, result, handled=handled)
            return
        if handled or call.node.kind is _STEP:
            await self._end(call, result, follow=not handled or call.node.kind is not NodeKind.SWITCH)
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
            await self._end(call, None, follow=False)
        elif isinstance(result, Stop | Suspend):
            if isinstance(result, Suspend):
                self._run.suspended = result
                await self._run.publisher.say(EventType.SUSPEND, name, result.reason, call)
            await self._stop(call)

    async def _stop(self, call: Call) -> None:
        over = self._run.stop()
        await self._end(call, None, follow=False)
        for frame in over:
            if frame.owner.number in self._run.frames:
                await self._complete(frame)

    async def _retry(self, call: Call) -> None:
        limit = self._run.settings.max_retries
        if call.attempt >= limit:
            await self._recovery.give_up(
                call, RetriesExceededError(f"Step '{call.node.name}' exceeded max retries ({limit})")
            )
            return
        await self._run.publisher.say(_END, call.node.name, self._run.state, call, self._run.said_in(call.number))
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
            self._router.jump(call, name)
        except UnknownStepError as error:
            await run.publisher.say(_END, call.node.name, run.state, call, run.said_in(call.number))
            report = run.forensics.report(error, run.state, call.node.place)
            run.journal.step_failed(name, error, report)
            await run.publisher.say(_ERROR, name, text_of(error), meta={"forensics": report})
            self._recovery.policy(error)
            await self.finished(call, error=error)
        else:
            await self._end(call, None, follow=False)

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
        if call.node.keeps:
            run.values[call.node.index] = key
        if choice is None:
            await self._stop(call)
            return
        await run.publisher.say(_END, call.node.name, run.state, call, run.said_in(call.number))
        await self._router.choose(call, choice)
        await self.finished(call, key)

    async def _descend(self, call: Call, state: Any) -> None:
        run = self._run
        if run.ending is not None:
            raise PipelineCancelled(run.ending[1])
        started = perf_counter()
        try:
            suspended = await run.sub(call, call.node.pipeline, state)
        finally:
            run.journal.timed(call.node.name, perf_counter() - started)
        if suspended is not None:
            run.suspended = suspended
            await self._stop(call)
        else:
            await self._gather(call, state)

    async def _fan_out(self, call: Call, result: Any) -> None:
        run = self._run
        frame = await open_frame(run, call, result)
        if not frame.pending:
            await self._complete(frame)
        elif run.ending is None:
            run.crew.offer(frame)

    async def _complete(self, frame: MapFrame) -> None:
        """End a map whose last item is done."""
        run, call = self._run, frame.owner
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
            error = MapItemsError(f"{frame.failed} of {len(frame.items)} items of map '{name}' failed")
            error.__cause__ = frame.error
            await self._recovery.handle(call, error)
            return
        await self._gather(call, frame.results)

    async def _gather(self, call: Call, left: Any) -> None:
        """End a map or a sub-pipeline with the value that its node makes of what its calls have left."""
        if call.node.gather is not None:
            try:
                left = await call.node.gather(self._run, call, left)
            except GeneratorExit:
                raise
            except BaseException as error:  # noqa: BLE001 - as in `perform`: results that do not fit together
                await self._recovery.failed(call, error)
                return
        await self._end(call, left)
