"""Pipelines under test: replace steps, run, and ask what happened."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import AsyncMock

from wt_engine.definition import Mode
from wt_engine.errors import suggestion
from wt_engine.events import Event, EventType
from wt_engine.outcome import PipelineEndData
from wt_engine.pipe import Pipe
from wt_engine.plan import Callee, Plan
from wt_engine.runner import Runner


@dataclass(slots=True)
class TestResult:
    """What a run said.

    Attributes:
        events: All events, in order.
    """

    __test__ = False

    events: list[Event] = field(default_factory=list)

    @property
    def end(self) -> PipelineEndData:
        """The payload of FINISH."""
        payload: PipelineEndData = self.events[-1].payload
        return payload

    @property
    def final_state(self) -> Any:
        """The state at the last end of a step of the pipeline itself; None if no step ended."""
        ends = [e for e in self.filter(EventType.STEP_END) if e.origin_run_id == e.run_id]
        return ends[-1].payload if ends else None

    @property
    def step_starts(self) -> list[str]:
        """The steps in the order in which they started."""
        return [event.stage for event in self.filter(EventType.STEP_START)]

    @property
    def tokens(self) -> list[Any]:
        """What the streams gave."""
        return [event.payload for event in self.filter(EventType.TOKEN)]

    def filter(self, kind: EventType) -> list[Event]:
        """The events of one type."""
        return [event for event in self.events if event.type is kind]

    def was_called(self, stage: str) -> bool:
        """Whether a step started."""
        return stage in self.step_starts

    def find_error(self, stage: str | None = None) -> Event | None:
        """The first STEP_ERROR, of a step or of any."""
        return next((e for e in self.filter(EventType.STEP_ERROR) if stage in (None, e.stage)), None)


class TestPipe:
    """Runs a pipe with some of its functions replaced; the pipe itself is not changed.

    Args:
        pipe: The pipe.
    """

    __test__ = False

    def __init__(self, pipe: Pipe[Any, Any]) -> None:
        self._pipe = pipe
        self._mocks: dict[str, AsyncMock] = {}
        self._startup: AsyncMock | None = None
        self._handler: AsyncMock | None = None

    def __enter__(self) -> TestPipe:
        return self

    def __exit__(self, *_: object) -> None:
        self.restore()

    def mock(self, step: str, return_value: Any = None, side_effect: Any = None) -> AsyncMock:
        """Replace a step's function.

        Args:
            step: The step's name.
            return_value: What it returns instead.
            side_effect: As for `unittest.mock`; an async generator function streams tokens.

        Returns:
            The mock, which is called with the injected arguments.

        Raises:
            ValueError: There is no such step.
        """
        known = [info.name for info in self._pipe.steps()]
        if step not in known:
            raise ValueError(f"Cannot mock unknown step '{step}'.{suggestion(step, known)}")
        self._mocks[step] = AsyncMock(return_value=return_value, side_effect=side_effect)
        return self._mocks[step]

    def mock_startup(self, return_value: Any = None, side_effect: Any = None) -> AsyncMock:
        """Replace all startup hooks."""
        self._startup = AsyncMock(return_value=return_value, side_effect=side_effect)
        return self._startup

    def mock_on_error(self, return_value: Any = None, side_effect: Any = None) -> AsyncMock:
        """Replace the pipe's own error handler."""
        self._handler = AsyncMock(return_value=return_value, side_effect=side_effect)
        return self._handler

    def restore(self) -> None:
        """Take all replacements back."""
        self._mocks.clear()
        self._startup = self._handler = None

    async def run(
        self, state: Any = None, context: Any = None, *, start: str | None = None, timeout: float | None = None
    ) -> TestResult:
        """Run to the end.

        Args:
            state: As for `Pipe.run`.
            context: As for `Pipe.run`.
            start: As for `Pipe.run`.
            timeout: As for `Pipe.run`.

        Raises:
            DefinitionError: The graph cannot run.
        """
        plan, settings = self._pipe.prepared()
        self._pipe.validate(start=start)
        runner = Runner(self._replaced(plan), settings, state, context, start=start, timeout=timeout)
        return TestResult([event async for event in runner.events()])

    def _replaced(self, plan: Plan) -> Plan:
        nodes = list(plan.nodes)
        for name, mock in self._mocks.items():
            node = nodes[plan.index[name]]
            callee = _callee(mock, node.callee)
            plain = callee.mode is Mode.AWAIT and node.timeout is None
            nodes[node.index] = dataclasses.replace(node, callee=callee, plain=plain)
        changes: dict[str, Any] = {"nodes": tuple(nodes)}
        if self._startup is not None and plan.startup:
            changes["startup"] = (_callee(self._startup, plan.startup[0]),)
        if self._handler is not None and plan.handler is not None:
            changes["handler"] = _callee(self._handler, plan.handler)
        return dataclasses.replace(plan, **changes)


def _callee(mock: AsyncMock, old: Callee) -> Callee:
    import inspect

    stream = mock.side_effect
    if inspect.isasyncgenfunction(stream):

        def streaming(**arguments: Any) -> Any:
            # The mock itself would await its side effect; it is told of the call, and the stream is read as it is.
            mock.side_effect = None
            mock(**arguments).close()
            mock.side_effect = stream
            return stream(**arguments)

        return Callee(streaming, Mode.STREAM, old.recipe)
    return Callee(mock, Mode.AWAIT, old.recipe)
