"""`Workflow`: functions whose parameters name the steps whose values they get; what a compiled workflow runs on."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

from wt_engine.approvals import ASKED
from wt_engine.assembly import Assembly
from wt_engine.cancellation import CancellationToken
from wt_engine.checkpoints import CHECKPOINT, with_values
from wt_engine.errors import MapItemsError
from wt_engine.failures import FailureKind
from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus
from wt_engine.plan import Plan
from wt_engine.rounds import LOOP
from wt_engine.run import OnFailure, Settings
from wt_engine.runner import Runner
from wt_engine.scope import Written
from wt_engine.share import Need, available
from wt_engine.step_events import StepEvents
from wt_engine.step_functions import untold
from wt_engine.step_values import WorkflowError, kept
from wt_engine.written_steps import ON_THE_LOOP, WrittenSteps

if TYPE_CHECKING:
    from wt_contracts.run_record import RunRecord
    from wt_contracts.step_event import StepEvent

F = TypeVar("F", bound=Callable[..., Any])

CONCURRENCY = 32
"""How many elements of a map run at once, unless it says otherwise."""


class Workflow:
    """Steps in the order in which they were written; each starts when the steps that its parameters name have ended.

    Whatever a step returns is data, except for a `wt_contracts.skip.Skipped`, which says that the step does not run. A
    parameter called `params` gets what the run was given.

    Args:
        name: The workflow's name.
        on_failure: What the failure of a step means; see `Pipe`.
        queue_size: How many events wait for their reader before the run waits for it.
    """

    def __init__(self, name: str, *, on_failure: OnFailure = "finish", queue_size: int = 1000) -> None:
        self.name = name
        self._settings = Settings(
            on_failure=on_failure,
            queue_size=queue_size,
            max_map_items=0,
            max_retries=1,
            classification=None,
            hooks=(),
            observers=(),
            token=CancellationToken(),
            suspends_alone=True,
        )
        self._written: list[Written] = []
        self._steps = WrittenSteps()
        self._plan: Plan | None = None

    @overload
    def step(self, function: F, /) -> F: ...
    @overload
    def step(self, *, name: str | None = None, **options: Any) -> Callable[[F], F]: ...
    def step(self, function: F | None = None, *, name: str | None = None, **options: Any) -> F | Callable[[F], F]:
        """Make a function a step; bare, or with arguments.

        Args:
            function: The function.
            name: The step's name, if it is not the function's.
            **options: As for `Pipe.step`: `timeout`, `retries`, `retry_wait_min`, `retry_wait_max`, `executor`,
                `memory`, `on_error`, …

        Raises:
            DefinitionError: A parameter names no earlier step, or an option is wrong.
        """
        return self._decorate("call", function, name, options, None)

    @overload
    def map(self, function: F, /) -> F: ...
    @overload
    def map(
        self, *, name: str | None = None, max_concurrency: int = CONCURRENCY, **options: Any
    ) -> Callable[[F], F]: ...
    def map(
        self,
        function: F | None = None,
        *,
        name: str | None = None,
        max_concurrency: int = CONCURRENCY,
        **options: Any,
    ) -> F | Callable[[F], F]:
        """Make a function a map: it returns calls (a `wt_contracts.fan_out.FanOut`), which run side by side.

        Args:
            function: The function. If it is a coroutine function, its calls are awaited.
            name: As for `step`.
            max_concurrency: How many calls run at once.
            **options: As for `step`; they are those of each call.

        Raises:
            DefinitionError: As for `step`.
        """
        return self._decorate("map", function, name, options, max_concurrency)

    @overload
    def mapvalues(self, function: F, /) -> F: ...
    @overload
    def mapvalues(
        self, *, name: str | None = None, max_concurrency: int = CONCURRENCY, **options: Any
    ) -> Callable[[F], F]: ...
    def mapvalues(
        self,
        function: F | None = None,
        *,
        name: str | None = None,
        max_concurrency: int = CONCURRENCY,
        **options: Any,
    ) -> F | Callable[[F], F]:
        """As `map`, for calls that have a key."""
        return self._decorate("mapvalues", function, name, options, max_concurrency)

    @overload
    def loop(self, function: F, /) -> F: ...
    @overload
    def loop(self, *, name: str | None = None, awaits: bool = False, **options: Any) -> Callable[[F], F]: ...
    def loop(
        self, function: F | None = None, *, name: str | None = None, awaits: bool = False, **options: Any
    ) -> F | Callable[[F], F]:
        """Make a generator function a loop: it yields calls, gets what each has returned, and returns the step's value.

        Each call is a round. A run that is resumed begins the generator again, and gives it what was recorded.

        Args:
            function: The function.
            name: As for `step`.
            awaits: Whether its calls are awaited.
            **options: As for `step`; they are those of each round.

        Raises:
            DefinitionError: As for `step`.
        """

        def decorate(function: F) -> F:
            self._write(Written(LOOP, function, name or function.__name__, options, 1, awaits=awaits))
            return function

        return decorate if function is None else decorate(function)

    def approval(self, step: str, *, form: Mapping[str, Any] | None = None) -> Callable[[F], F]:
        """Make a function what a person is asked before a step runs: the run is suspended until somebody has answered.

        The function returns what the person is to look at, or None if nobody is asked. Its value is what was filled in.

        Args:
            step: What is asked about.
            form: What can be filled in: a JSON Schema by name; what has no default is required.

        Raises:
            DefinitionError: As for `step`.
        """

        def decorate(function: F) -> F:
            self._write(Written("approval", function, f"{step}{ASKED}", ON_THE_LOOP, form=form or {}))
            return function

        return decorate

    def checkpoint(self, name: str, *, after: str) -> Callable[[F], F]:
        """Make a function what says whether a checkpoint is kept: what all steps written so far have returned.

        It is asked once they have ended. A later run can begin there (`wt_contracts.run_record.Origin`).

        Args:
            name: What the checkpoint is called.
            after: The step that it stands behind.

        Raises:
            DefinitionError: As for `step`.
        """

        def decorate(function: F) -> F:
            self._write(Written("checkpoint", function, f"{after}{CHECKPOINT}", ON_THE_LOOP, checkpoint=name))
            return function

        return decorate

    def value(self, function: F) -> F:
        """Make a function a value that others get by its name; it is worked out on the loop, and no step is told of."""
        self._write(Written("value", function, function.__name__, ON_THE_LOOP))
        return function

    def uses(self, sub: Workflow, *, name: str | None = None, may_skip: bool = False) -> Callable[[F], F]:
        """Let the steps of another workflow be steps of this one, named after the function and their own names.

        The function returns what their parameter `params` gets. For the steps of this workflow its name means the value
        of the last step of the other one.

        Args:
            sub: The other workflow, with all of its steps.
            name: What the names of its steps begin with, if not with the function's.
            may_skip: Whether the function may return a `Skipped`, so that none of them runs; each waits for it then.
        """

        def decorate(function: F) -> F:
            named, steps = name or function.__name__, tuple(sub._written)
            self._write(Written("value", function, named, ON_THE_LOOP, steps=steps, may_skip=may_skip))
            return function

        return decorate

    @property
    def plan(self) -> Plan:
        """The plan of all steps written so far."""
        if self._plan is None:
            self._plan = Assembly(self._steps.drafts).plan(self.name, (), (), None)
        return self._plan

    def run(
        self,
        params: Mapping[str, Any],
        observe: Callable[[StepEvent], object] | None = None,
        record: RunRecord | None = None,
        *,
        cpus: float | None = None,
        gpus: float | None = None,
    ) -> Any:
        """Run all steps.

        Args:
            params: What the steps' parameter `params` gets.
            observe: Is told of each step; called on the event loop, so it must return soon.
            record: Where the run is recorded, and whether it goes on from there; nowhere without it.
            cpus: How many processors steps with `cpu` share; those that there are without it.
            gpus: How many graphics cards steps with `gpu` share.

        Returns:
            The value of the last step.

        Raises:
            BaseException: What the first failed step raised, in the order in which the steps are written.
            WorkflowError: The run was cut short.
            SuspendedError: The run waits for an approval.
            RejectedError: An approval was refused.
            DiagnosticError: The record cannot be used (WT530), the run cannot go on (WT533) or begin at the checkpoint
                (WT535), another one has its id (WT537), or a step needs more than there is (WT560).
        """
        return asyncio.run(self.run_async(params, observe, record, cpus=cpus, gpus=gpus))

    async def run_async(
        self,
        params: Mapping[str, Any],
        observe: Callable[[StepEvent], object] | None = None,
        record: RunRecord | None = None,
        *,
        cpus: float | None = None,
        gpus: float | None = None,
    ) -> Any:
        """As `run`, in an event loop that runs already."""
        if not self._steps.drafts:
            return None
        plan = self.plan
        runner, reasons = self._runner(plan, params, record, available(plan.nodes, cpus, gpus))
        told = StepEvents(self._steps, runner, reasons) if observe else None
        end: PipelineEndData | None = None
        with _refusing(record):
            async for event in runner.events():
                if told is not None and observe is not None:
                    told.tell(event, observe)
                if isinstance(event.payload, PipelineEndData):
                    end = event.payload
        assert end is not None
        if end.status is not PipelineTerminalStatus.SUCCESS:
            raise self._error(end)
        if end.suspended:
            from wt_contracts.approval import SuspendedError

            raise SuspendedError(end.reason)
        return kept(self._last, runner.value(self._last))

    def _runner(
        self, plan: Plan, params: Mapping[str, Any], record: RunRecord | None, total: Need | None
    ) -> tuple[Runner, Mapping[str, str]]:
        """What runs the steps, and why some of them need not run."""
        settings = dataclasses.replace(self._settings, total=total) if total is not None else self._settings
        if record is None:
            return Runner(plan, settings, None, params), {}
        from wt_engine.workflow_record import recorded

        settings, run_id, recollection, known = recorded(plan, settings, record, params)
        plan = with_values(plan, known) if known else plan
        said = f"checkpoint {record.origin.checkpoint} of run {record.origin.run_id}" if record.origin else "checkpoint"
        runner = Runner(plan, settings, None, params, recollection=recollection, run_id=run_id)
        return runner, dict.fromkeys(known, said)

    @property
    def _last(self) -> str:
        assert self._steps.scope.last is not None
        return self._steps.scope.last

    def _error(self, end: PipelineEndData) -> BaseException:
        """What a run that calls one step after the other would have raised."""
        failed = [record for record in end.errors if record.kind is FailureKind.STEP and record.step in self.plan.index]
        # The failure of an element is also that of its map, which stands before it
        first = min(failed, key=lambda record: self.plan.index[record.step], default=None)
        if first is None or first.exception is None:
            return WorkflowError(f"the workflow '{self.name}' ended as {end.status.value}: {end.error}")
        cause = first.exception.__cause__
        error = cause if isinstance(first.exception, MapItemsError) and cause is not None else first.exception
        return untold(error)

    def _decorate(
        self, method: str, function: F | None, name: str | None, options: Mapping[str, Any], limit: int | None
    ) -> F | Callable[[F], F]:
        def decorate(function: F) -> F:
            self._write(Written(method, function, name or function.__name__, options, limit))
            return function

        return decorate if function is None else decorate(function)

    def _write(self, written: Written) -> None:
        self._written.append(written)
        self._steps.place(written)
        self._plan = None


def _refusing(record: RunRecord | None) -> contextlib.AbstractContextManager[None]:
    if record is None:
        return contextlib.nullcontext()
    from wt_engine.workflow_record import refusing

    return refusing()
