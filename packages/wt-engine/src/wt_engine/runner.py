"""One run of a plan, from the startup hooks to FINISH, and the stream of what it says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from wt_engine.call import Call, Trouble
from wt_engine.cancellation import CancellationToken
from wt_engine.crew import Crew
from wt_engine.errors import SubPipelineError
from wt_engine.events import Event, EventType
from wt_engine.execution import Execution
from wt_engine.failures import FailureKind, FailureReason, FailureSource, primary, text_of
from wt_engine.invocation import call_hook
from wt_engine.meta import RunScopes, fill
from wt_engine.observers import ObserverFeed, ObserverMeta
from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus
from wt_engine.plan import Callee, Node, Plan
from wt_engine.processes import Processes
from wt_engine.publisher import Publisher
from wt_engine.routing import Router
from wt_engine.run import Run, Settings
from wt_engine.share import Share
from wt_engine.stream import EventStream
from wt_engine.threads import Threads

if TYPE_CHECKING:
    from wt_engine.recollection import Recollection
    from wt_engine.resuming import Resumption

SYSTEM = "system"
_CUT_SHORT = {
    PipelineTerminalStatus.TIMEOUT: EventType.TIMEOUT,
    PipelineTerminalStatus.CANCELLED: EventType.CANCELLED,
}


class Runner:
    """Runs a plan once.

    Args:
        plan: What to run.
        settings: What the pipe has decided.
        state: The shared state.
        context: What else the steps get.
        start: The step to start with instead of the roots.
        timeout: Seconds that the run may take.
        above: For a sub-pipeline: the run that starts it, and its step there.
        recollection: What the run goes on from, if it is resumed.
        run_id: What it is called; without it, something new.
    """

    def __init__(
        self,
        plan: Plan,
        settings: Settings,
        state: Any,
        context: Any = None,
        *,
        start: str | None = None,
        timeout: float | None = None,
        above: tuple[Run, Call] | None = None,
        recollection: Recollection | None = None,
        run_id: str | None = None,
    ) -> None:
        run_id = run_id or _run_id(above, recollection)
        if above is None:
            token, threads = CancellationToken(settings.token), Threads()
            stream, link = EventStream(settings.queue_size), None
        else:
            outer, call = above
            token, threads = CancellationToken(settings.token, outer.token), outer.threads
            stream, link = outer.publisher.stream, (outer.publisher, call.node.name, call.number)
        publisher = Publisher(run_id, stream, settings.hooks, link)
        self._outer = above[0] if above else None
        self._run = Run(plan, settings, state, context, token, publisher, threads, timeout)
        self._run.processes = self._outer.processes if self._outer else Processes(threads)
        self._run.share = self._outer.share if self._outer else Share(settings.total)
        self._run.sub = self._descend
        self._run.recollection = self.recollection = recollection
        if settings.meta_field is not None and context is not None:
            self._run.scopes = RunScopes(settings.metadata)
            fill(context, settings.meta_field)
        # An outer timeout cuts off steps of a sub-pipeline too; without a state, one that is left behind harms nothing.
        self._run.limited = timeout is not None or state is None or (self._outer is not None and self._outer.limited)
        self._router = Router(self._run)
        self._execution = Execution(self._run, self._router)
        self._start = start
        self._began = 0.0
        self._over = False

    @property
    def run_id(self) -> str:
        """The run."""
        return self._run.publisher.origin.run_id

    def value(self, step: str) -> Any:
        """What a step has returned; None if it has not, or that is not kept."""
        return self._run.values.get(self._run.plan.index[step])

    async def events(self) -> AsyncGenerator[Event, None]:
        """Run, and give every event as it happens.

        Closing the generator ends the run: when `aclose()` has been awaited, nothing of it is at work any more.

        Yields:
            The events, FINISH last.

        Raises:
            StoreError: The run cannot be recorded; nothing has run.
            UnrecordableError: Its state cannot be recorded; nothing has run.
            Exception: What an event hook raised.
        """
        async with self._at_work() as main:
            stream = self._run.publisher.stream
            main.add_done_callback(lambda _: stream.end())
            items = stream.items
            while True:
                while items:
                    yield stream.take()
                if stream.ended:
                    break
                await stream.wait()

    async def conclude(self) -> PipelineEndData:
        """Run, where nobody reads the events.

        Returns:
            How it ended.

        Raises:
            StoreError: The run cannot be recorded; nothing has run.
            UnrecordableError: Its state cannot be recorded; nothing has run.
        """
        async with self._at_work() as main:
            self._run.publisher.stream.abandon()
            await asyncio.wait([main])
        return main.result()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[asyncio.Task[PipelineEndData]]:
        """Run in a task of its own, which is over when the block is left."""
        self._record()
        main = asyncio.create_task(self.execute())
        try:
            yield main
        finally:
            if not self._over:
                self._run.abort(PipelineTerminalStatus.CLIENT_CLOSED, "the consumer stopped reading")
            self._run.publisher.stream.abandon()
            await _outlast(main)
        main.result()
        if self._run.publisher.broken is not None:
            raise self._run.publisher.broken

    def _record(self) -> None:
        run = self._run
        recording = run.settings.recording
        if recording is None:
            return
        if run.recollection is None:
            recording.begin(run, self._start)
        else:
            run.publisher.seq = run.recollection.last_seq
            recording.resume(run, run.recollection)

    async def execute(self) -> PipelineEndData:
        """Run to the end.

        Returns:
            How it ended.
        """
        run = self._run
        if run.scopes is None:
            return await self._execute()
        with run.scopes.entered():
            return await self._execute()

    async def _execute(self) -> PipelineEndData:
        run = self._run
        self._began = perf_counter()
        loop = asyncio.get_running_loop()
        run.crew = Crew(run.publisher.stream, self._execution.perform)
        release = self._guards(loop)
        self._observe()
        interrupted: asyncio.CancelledError | None = None
        try:
            await self._work()
        except asyncio.CancelledError as error:
            interrupted = error
            run.abort(PipelineTerminalStatus.CANCELLED, "the task that ran the pipeline was cancelled")
        except BaseException as error:  # noqa: BLE001 - a defect of the engine must not end as a run without a record
            reason, source = FailureReason.ENGINE_ERROR, FailureSource.FRAMEWORK
            run.journal.fail(FailureKind.INFRA, reason, SYSTEM, error, run.forensics.report(error, run.state), source)
        release()
        end = await self._finish()
        if interrupted is not None:
            raise interrupted
        return end

    def _guards(self, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        """Watch the token and the clock; returns what ends that."""
        run = self._run

        def cancelled() -> None:
            run.abort(PipelineTerminalStatus.CANCELLED, run.token.reason or "cancelled")

        def called_from_anywhere() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(cancelled)

        run.token.watch(called_from_anywhere)
        timer: asyncio.TimerHandle | None = None
        if run.timeout is not None:
            text = f"Pipeline '{run.plan.name}' timed out after {run.timeout}s"
            timer = loop.call_later(run.timeout, run.abort, PipelineTerminalStatus.TIMEOUT, text)

        def release() -> None:
            run.token.release()
            if timer is not None:
                timer.cancel()

        return release

    def _observe(self) -> None:
        run = self._run
        for observer, limit in run.settings.observers:
            meta = ObserverMeta(run.plan.name, run.publisher.origin.run_id, time(), steps=len(run.plan.nodes))
            run.publisher.feeds.append(ObserverFeed(observer, limit, run.state, run.context, meta))

    async def _work(self) -> None:
        run = self._run
        if not run.plan.nodes:
            error = ValueError(f"Pipeline '{run.plan.name}' has no steps")
            kind, reason, source = FailureKind.VALIDATION, FailureReason.NO_STEPS, FailureSource.FRAMEWORK
            run.journal.fail(kind, reason, SYSTEM, error, {}, source)
            await run.publisher.say(EventType.STEP_ERROR, SYSTEM, text_of(error))
            return
        for hook in run.plan.startup:
            if run.ending is not None or not await self._hook(hook, "startup", interruptible=True):
                return
        if run.ending is None:
            places = run.plan.roots if self._start is None else [run.plan.index[self._start]]
            first = [run.plan.nodes[place] for place in places]
            resumption = await self._restored(run.recollection, first) if run.recollection else None
            resumed = {"resumed": run.recollection.times} if run.recollection else None
            await run.publisher.say(EventType.START, SYSTEM, run.state, meta=resumed)
            for about in run.settings.notes:
                await run.publisher.say(EventType.NOTE, SYSTEM, dict(about))
            if resumption is not None:
                await resumption.announce()
            else:
                for node in first:
                    self._router.start(node, None)
            await run.crew.run()

    async def _restored(self, recollection: Recollection, first: list[Node]) -> Resumption:
        # Only a run that is resumed pays for the import.
        from wt_engine.resuming import Resumption

        self._execution.count_from(recollection.last_number(self._run.publisher.origin.run_id))
        resumption = Resumption(self._run, self._router, self._execution, recollection)
        await resumption.restore(first)
        return resumption

    async def _hook(self, hook: Callee, phase: str, *, interruptible: bool) -> bool:
        run = self._run
        task = asyncio.current_task()
        assert task is not None
        if interruptible:
            run.crew.busy.add(task)
        try:
            await call_hook(run, hook, Trouble(phase))
        except asyncio.CancelledError:
            if run.ending is None or not interruptible:
                raise
            while task.uncancel():
                pass
            return False
        except BaseException as error:  # noqa: BLE001 - a hook may raise anything, and the run's record must say so
            kind = FailureKind.STARTUP if phase == "startup" else FailureKind.SHUTDOWN
            reason = FailureReason.STARTUP_HOOK if phase == "startup" else FailureReason.SHUTDOWN_HOOK
            report = run.forensics.report(error, run.state)
            run.journal.fail(kind, reason, phase, error, report)
            await run.publisher.say(EventType.STEP_ERROR, phase, run.forensics.text(error), meta={"forensics": report})
            return False
        finally:
            run.crew.busy.discard(task)
        return True

    async def _descend(self, call: Call, pipe: Any, state: Any) -> Any:
        """Run a sub-pipeline; returns what suspended it, if something did."""
        plan, settings = pipe.prepared()
        run = self._run
        begun = run.recollection.part(run.publisher.origin.run_id, call.number) if run.recollection else None
        recollection = run.recollection if begun else None
        inner = Runner(plan, settings, state, run.context, above=(run, call), recollection=recollection)
        if run.recorder is not None:
            inner._run.recorder = run.recorder.descend(inner._run, call)
        self._run.inner.append(inner._run)
        try:
            end = await inner.execute()
        finally:
            self._run.inner.remove(inner._run)
        if end.status is PipelineTerminalStatus.SUCCESS:
            return inner._run.suspended
        first = primary(end.errors)
        error = SubPipelineError(
            f"Sub-pipeline '{plan.name}' {end.status.value}: {end.error}", first.step if first else None
        )
        raise error from (first.exception if first else None)

    async def _finish(self) -> PipelineEndData:
        run = self._run
        publisher = run.publisher
        for frame in reversed(run.frames.values()):
            text = f"cancelled: {run.ending[1]}" if run.ending else "the run ended before its items"
            await self._execution.interrupted(frame.owner, text)
            run.journal.tasks.completed += 1
        if run.ending is not None and run.ending[0] in _CUT_SHORT:
            await publisher.say(_CUT_SHORT[run.ending[0]], SYSTEM, run.ending[1])
        for hook in run.plan.shutdown:
            await self._hook(hook, "shutdown", interruptible=False)
        if publisher.broken is not None:
            report = run.forensics.report(publisher.broken, run.state)
            run.journal.fail(FailureKind.INFRA, FailureReason.EVENT_HOOK, SYSTEM, publisher.broken, report)
        if run.recorder is not None:
            run.recorder.log.flush()
        self._over = True
        end = self._end()
        said = run.scopes.run.snapshot() if run.scopes else None
        finish = publisher.prepare(Event(EventType.FINISH, SYSTEM, end, time(), publisher.origin, meta=said))
        if run.recorder is not None:
            run.recorder.finish(end)
        await self._close(end)
        await publisher.stream.room()
        publisher.deliver(finish)
        return end

    async def _close(self, end: PipelineEndData) -> None:
        """Let the observers see the end before its reader does, who may leave at once."""
        publisher = self._run.publisher
        first = primary(end.errors)
        error = first.exception if first and end.status is PipelineTerminalStatus.FAILED else None
        await asyncio.gather(*(feed.close(end.duration_s, error) for feed in publisher.feeds))
        if self._outer is None:
            await self._run.processes.close()
            self._run.threads.close()

    def _end(self) -> PipelineEndData:
        run = self._run
        first = primary(run.journal.failures)
        status = PipelineTerminalStatus.FAILED if first else PipelineTerminalStatus.SUCCESS
        error = first.error if first else None
        reason: Any = first.reason if first else getattr(run.suspended, "reason", None)
        if run.ending is not None and (run.ending[0] is not PipelineTerminalStatus.FAILED or first is None):
            status, error = run.ending
            first, reason = None, error
        run.journal.tasks.peak_active = run.crew.peak
        return PipelineEndData(
            status=status,
            duration_s=perf_counter() - self._began,
            error=error,
            reason=reason,
            failure_kind=first.kind if first else FailureKind.NONE,
            failure_source=first.source if first else FailureSource.NONE,
            failed_step=first.step if first else None,
            errors=tuple(run.journal.failures),
            metrics=run.journal.metrics(run.publisher.counts, run.publisher.stream.max_depth),
            suspended=run.suspended is not None,
        )


def _run_id(above: tuple[Run, Call] | None, recollection: Recollection | None) -> str:
    if recollection is None:
        return os.urandom(16).hex()
    if above is None:
        return recollection.run_id
    outer, call = above
    part = recollection.part(outer.publisher.origin.run_id, call.number)
    assert part is not None
    return part.run_id


async def _outlast(main: asyncio.Task[PipelineEndData]) -> None:
    """Wait for the run to end, even if whoever waits is cancelled meanwhile; that is passed on afterwards."""
    cancelled: asyncio.CancelledError | None = None
    while not main.done():
        try:
            await asyncio.wait({main})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
