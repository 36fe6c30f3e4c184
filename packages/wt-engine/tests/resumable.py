"""Pipes that fail when they are told to, and what runs and resumes them."""

from __future__ import annotations

import asyncio
from typing import Any

from wt_engine import (
    Event,
    EventType,
    Pipe,
    PipelineTerminalStatus,
    Suspend,
)
from wt_engine.storage import InMemoryBackend
from wt_engine.testing import TestResult

STATUS = PipelineTerminalStatus


class Broken:
    """Steps that fail as long as they are told to, and remember what ran."""

    def __init__(self) -> None:
        self.store = InMemoryBackend()
        self.failing: set[str] = set()
        self.calls: list[str] = []

    def ran(self, name: str) -> None:
        self.calls.append(name)
        if name in self.failing:
            raise RuntimeError(f"{name} is broken")

    def again(self, *failing: str) -> list[str]:
        """Forget what ran, and let these fail from now on; returns what had run."""
        ran, self.calls, self.failing = self.calls, [], set(failing)
        return ran


def consume(events: Any) -> TestResult:
    async def read() -> TestResult:
        return TestResult([event async for event in events])

    return asyncio.run(asyncio.wait_for(read(), 30))


def run(pipe: Pipe[Any, Any], state: Any = None, **options: Any) -> TestResult:
    async def read() -> TestResult:
        return TestResult([event async for event in pipe.run(state, **options)])

    return asyncio.run(asyncio.wait_for(read(), 30))


def resume(pipe: Pipe[Any, Any], run_id: str, **options: Any) -> TestResult:
    async def read() -> TestResult:
        return TestResult([event async for event in pipe.resume(run_id, **options)])

    result = asyncio.run(asyncio.wait_for(read(), 30))
    assert_closed(result.events)
    return result


def assert_closed(events: list[Event]) -> None:
    """In what a resumed run says, every start has one end and nothing ends that did not start; numbers go on."""
    numbers = [event.seq for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    opened: set[str | None] = set()
    for event in events:
        if event.invocation_id is None:
            continue
        if event.type is EventType.STEP_START:
            assert event.invocation_id not in opened
            opened.add(event.invocation_id)
        elif event.type in (EventType.STEP_END, EventType.STEP_ERROR):
            opened.remove(event.invocation_id)
    assert not opened
    own = [event for event in events if event.origin_run_id == event.run_id]
    tasks = events[-1].payload.metrics.tasks
    assert (tasks.started, tasks.completed) == (sum(e.type is EventType.STEP_START for e in own),) * 2, events
    assert tasks.started == tasks.completed == sum(event.type is EventType.STEP_START for event in own)


def run_id(result: TestResult) -> str:
    return result.events[0].run_id


def chain(broken: Broken, *names: str, **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(name="chain", store=broken.store, **options)
    for place, name in enumerate(names):

        def work(state: Any, name: str = name) -> None:
            broken.ran(name)
            state.setdefault("seen", []).append(name)

        pipe.step(name, to=names[place + 1] if place + 1 < len(names) else None)(work)
    return pipe


def approval(broken: Broken) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)

    @pipe.step(to="use")
    async def ask() -> Any:
        broken.ran("ask")
        return Suspend("may I?")

    @pipe.step
    async def use(ask: Any, state: Any) -> None:
        broken.ran("use")
        state["answer"] = ask

    @pipe.step(to="beside2")
    async def beside() -> None:
        broken.ran("beside")

    @pipe.step
    async def beside2() -> None:
        broken.ran("beside2")

    return pipe
