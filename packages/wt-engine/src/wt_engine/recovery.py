"""What happens when a call has raised: it was interrupted, is tried again, is handled, or is a failure of the run."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from wt_engine.call import Call, Trouble
from wt_engine.ends import ON, Outcome
from wt_engine.errors import BarrierTimeoutError, PipelineCancelled, SubPipelineError
from wt_engine.events import EventType, NodeKind
from wt_engine.invocation import aftermath, call_hook
from wt_engine.outcome import PipelineTerminalStatus
from wt_engine.routing import Expiry, Router
from wt_engine.run import Run

if TYPE_CHECKING:
    from wt_engine.execution import Execution

_INTERRUPTIONS = (asyncio.CancelledError, PipelineCancelled, SubPipelineError)


class Recovery:
    """Takes over from an execution whose call has raised.

    Args:
        run: The run.
        router: Queues what runs next.
        execution: What goes on once a failure has been handled.
    """

    def __init__(self, run: Run, router: Router, execution: Execution) -> None:
        self._run = run
        self._router = router
        self._execution = execution

    async def failed(self, call: Call, error: BaseException) -> None:
        """A call has raised: cancelled, tried again, handled, or a failure."""
        run, node = self._run, call.node
        if isinstance(error, _INTERRUPTIONS) and await self._cancelled(call, error):
            return
        if node.retries is not None and node.retries.again(call.attempt, error) and not run.stopping:
            wait = node.retries.wait(call.attempt)
            about = {**(run.said_in(call.number) or {}), "retry_in_s": wait, "forensics": self._report(call, error)}
            await self.tell(call, Outcome.FAILED_ATTEMPT, run.forensics.text(error), about)
            if await self._pause(wait):
                await self._execution.again(call)
            else:
                await self._execution.finished(call)
            return
        await self.handle(call, error)

    async def _cancelled(self, call: Call, error: BaseException) -> bool:
        """Close a call that was interrupted; whether it was, rather than raising this by itself."""
        run = self._run
        if isinstance(error, SubPipelineError) and error.failed_step is not None:
            return False
        task = asyncio.current_task()
        assert task is not None
        outside = run.ending is None and task.cancelling() > 0
        if run.ending is None and run.token.cancelled:
            run.abort(PipelineTerminalStatus.CANCELLED, run.token.reason or "cancelled")
        elif outside:
            run.abort(PipelineTerminalStatus.CANCELLED, "the task that ran the pipeline was cancelled")
        if run.ending is None:
            return False
        text = f"cancelled: {run.ending[1]}{aftermath(run, call.node)}"
        said = run.said_in(call.number)
        if outside and run.recorder is None:
            run.publisher.emit(EventType.STEP_ERROR, call.node.name, text, call, said)
        elif outside and run.recorder is not None:
            run.recorder.fail_now(call, Outcome.INTERRUPTED, text, said)
        if outside:
            raise error
        forget_cancellation(task)
        await self.tell(call, Outcome.INTERRUPTED, text, said)
        await self._execution.finished(call)
        return True

    async def _pause(self, seconds: float) -> bool:
        """Wait before another attempt; False if the run is cut short meanwhile."""
        task = asyncio.current_task()
        assert task is not None
        self._run.crew.busy.add(task)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            if self._run.ending is None:
                raise
            forget_cancellation(task)
        finally:
            self._run.crew.busy.discard(task)
        return self._run.ending is None

    async def handle(self, call: Call, error: BaseException) -> None:
        """Offer a failure to the step's handler, then to the pipe's."""
        run = self._run
        task = asyncio.current_task()
        assert task is not None
        for handler in (call.node.handler, run.plan.handler):
            if handler is None:
                continue
            run.crew.busy.add(task)
            try:
                with run.scopes.step(call.number) if run.scopes else nullcontext():
                    result = await call_hook(run, handler, Trouble(call.node.name, error, call.item))
            except GeneratorExit:
                raise
            except BaseException as worse:  # noqa: BLE001 - the next handler takes it, or the record of the run
                if isinstance(worse, asyncio.CancelledError) and await self._cancelled(call, worse):
                    return
                worse.__cause__ = worse.__cause__ or error
                error = worse
            else:
                run.crew.busy.discard(task)
                await self._execution.settle(call, result, handled=True)
                return
            finally:
                run.crew.busy.discard(task)
        await self.give_up(call, error)

    async def give_up(self, call: Call, error: BaseException) -> None:
        """A failure that nobody handled."""
        run, node = self._run, call.node
        report = self._report(call, error)
        run.journal.step_failed(node.name, error, report)
        about = {**(run.said_in(call.number) or {}), "forensics": report}
        goes_on = run.settings.on_failure == "continue" and node.kind is not NodeKind.SWITCH
        leads_on = goes_on and bool(node.successors) and not run.stopping and not run.ending
        await self.tell(call, Outcome.FAILED, run.forensics.text(error), about, ON if leads_on else None)
        self.policy(error)
        if goes_on:
            if node.keeps and call.position < 0:
                run.values[node.index] = None
            await self._router.follow(call)
        await self._execution.finished(call, error=error)

    async def tell(
        self, call: Call, outcome: Outcome, text: str, said: dict[str, Any] | None, target: str | None = None
    ) -> None:
        """Tell and, if the run is recorded, record that a call has failed."""
        run = self._run
        if run.recorder is None:
            await run.publisher.say(EventType.STEP_ERROR, call.node.name, text, call, said)
        else:
            await run.recorder.fail(call, outcome, text, said, target)

    def _report(self, call: Call, error: BaseException) -> dict[str, Any]:
        return self._run.forensics.report(error, self._run.state, call.node.place, call.item)

    def policy(self, error: BaseException) -> None:
        """Do what `on_failure` says of the rest of the run."""
        if self._run.settings.on_failure == "stop":
            self._run.abort(PipelineTerminalStatus.FAILED, self._run.forensics.text(error))

    async def expire(self, expiry: Expiry) -> None:
        """Fail a join whose parents did not all arrive in time."""
        run, node = self._run, expiry.barrier.node
        if run.stopping or run.ending:
            return
        run.journal.barrier(node.name).timeouts += 1
        call = Call(node, expiry.parent, expiry.frame)
        if call.frame is not None:
            call.frame.pending += 1
        await self._execution.begin(call)
        missing = ", ".join(run.plan.nodes[place].name for place in expiry.barrier.waiting_for)
        text = f"Barrier timeout for step '{node.name}' after {node.barrier_timeout}s; still waiting for: {missing}"
        await self.handle(call, BarrierTimeoutError(text))


def forget_cancellation(task: asyncio.Task[Any]) -> None:
    """The interruption was the run's own doing: let the worker go on to close what is open."""
    while task.uncancel():
        pass
