"""Runs as a whole: random graphs, big ones, many at once, consumers that leave."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wt_engine import (
    BarrierType,
    CancellationToken,
    Event,
    EventType,
    Pipe,
    PipelineTerminalStatus,
    Retry,
    Skip,
    Stop,
    Suspend,
)

STATUS = PipelineTerminalStatus
KINDS = ["fine"] * 6 + [
    "sync",
    "inline",
    "jump",
    "wait",
    "fail",
    "flaky",
    "retry",
    "skip",
    "stop",
    "suspend",
    "cancel",
    "slow",
    "stream",
    "map",
    "switch",
    "sub",
]


class Scenario:
    """A random pipe whose steps do what their kind says."""

    def __init__(self, seed: int, depth: int = 0) -> None:
        self.random = random.Random(seed)
        self.depth = depth
        self.pipe: Pipe[Any, Any] = Pipe(
            allow_multi_root=True,
            queue_size=self.random.choice([1, 2, 7, 1000, 0]),
            on_failure=self.random.choice(["finish", "finish", "stop", "continue"]),
            max_retries=4,
        )
        self.size = self.random.randint(1, 8 if depth == 0 else 3)
        for place in range(self.size):
            self.add(place)

    def add(self, place: int) -> None:
        below = [f"s{later}" for later in range(place + 1, self.size)]
        to = self.random.sample(below, min(len(below), self.random.choice([0, 1, 1, 2, 3])))
        kind = self.random.choice(KINDS)
        options: dict[str, Any] = {
            "barrier_type": self.random.choice([BarrierType.ALL, BarrierType.ALL, BarrierType.ANY]),
            "barrier_timeout": self.random.choice([None, None, 0.002]),
        }
        name = f"s{place}"
        if kind == "map":
            self.pipe.map(name, each=f"w{place}", to=to, max_concurrency=self.random.choice([None, 1, 2]), **options)(
                self.items()
            )
            self.pipe.step(f"w{place}", **self.limits(kind := self.random.choice(KINDS[:18])))(self.work(kind))
        elif kind == "switch" and to:
            self.pipe.switch(name, to=dict(enumerate(to)), default=Stop, **options)(self.choice(len(to)))
        elif kind == "sub" and self.depth < 2:
            inner = Scenario(self.random.randrange(10**6), self.depth + 1).pipe
            self.pipe.sub(name, pipeline=inner, to=to, **options)(self.work("fine"))
        else:
            self.pipe.step(name, to=to, **options, **self.limits(kind))(self.work(kind, below))

    def limits(self, kind: str) -> dict[str, Any]:
        if kind == "slow":
            return {"timeout": 0.001}
        if kind == "inline":
            return {"executor": "inline"}
        return {"retries": 2, "retry_wait_min": 0.0001, "retry_wait_max": 0.0002} if kind == "flaky" else {}

    def items(self) -> Callable[[], Any]:
        count = self.random.choice([0, 1, 3, 30])

        async def items() -> Any:
            return range(count)

        return items

    def choice(self, count: int) -> Callable[[], Any]:
        chosen = self.random.randrange(count + 1)

        async def choose() -> int:
            return chosen

        return choose

    def work(self, kind: str, below: Sequence[str] = ()) -> Callable[..., Any]:
        rng = self.random
        if kind in ("sync", "inline"):
            return lambda: None
        if kind == "stream":

            async def stream() -> Any:
                for token in range(3):
                    yield token
                    await asyncio.sleep(0)

            return stream
        simple = {"retry": Retry, "skip": Skip, "stop": Stop, "suspend": Suspend("why"), "map": None}

        async def step(cancel: CancellationToken) -> Any:
            if kind == "wait":
                await asyncio.sleep(rng.choice([0, 0, 0.001]))
            elif kind == "slow":
                await asyncio.sleep(10)
            elif kind == "cancel" and rng.random() < 0.3:
                cancel.cancel("enough")
            elif kind == "fail" or (kind == "flaky" and rng.random() < 0.5):
                raise ValueError(kind)
            elif kind == "jump":
                return rng.choice([*below, "nowhere"])
            return simple.get(kind)

        return step


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**9),
    timeout=st.sampled_from([None, None, None, 0.003]),
    cancel=st.sampled_from([None, None, None, 1, 2, 5, 20]),
)
def test_every_run_of_a_random_graph_obeys_the_rules(
    seed: int, timeout: float | None, cancel: int | None, rules: Callable[[list[Event]], None]
) -> None:
    async def run() -> list[Event]:
        pipe = Scenario(seed).pipe
        events: list[Event] = []
        async for event in pipe.run(timeout=timeout):
            events.append(event)
            if len(events) == cancel:
                pipe.cancellation_token.cancel("from outside")
        return events

    events = asyncio.run(asyncio.wait_for(run(), 20))
    rules(events)
    end = events[-1].payload
    unhandled = [e for e in events if e.type is EventType.STEP_ERROR and "retry_in_s" not in (e.meta or {})]
    if end.status is STATUS.SUCCESS:
        assert not unhandled
        assert not end.errors


def test_a_run_whose_task_is_cancelled_from_outside_closes_what_is_open(rules: Callable[[list[Event]], None]) -> None:
    inner: Pipe[Any, Any] = Pipe()

    @inner.step
    async def long() -> None:
        await asyncio.sleep(30)

    pipe: Pipe[Any, Any] = Pipe()

    @pipe.sub(pipeline=inner)
    async def below() -> None: ...

    seen: list[Event] = []

    def see(event: Event) -> Event:
        seen.append(event)
        return event

    pipe.add_event_hook(see)

    async def consume(started: asyncio.Event) -> None:
        async for event in pipe.run():
            if event.stage == "below:long":
                started.set()

    async def run() -> None:
        started = asyncio.Event()
        task = asyncio.create_task(consume(started))
        await started.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    rules(seen)
    assert seen[-1].payload.status is STATUS.CLIENT_CLOSED


def test_a_loop_that_ends_before_its_run_leaves_nothing_behind() -> None:
    pipe: Pipe[Any, Any] = Pipe()
    ended: list[str] = []

    @pipe.step
    async def long() -> None:
        await asyncio.sleep(30)

    @pipe.on_shutdown
    async def down() -> None:
        ended.append("down")

    async def leave_without_closing() -> Any:
        stream = pipe.run()
        await anext(stream)
        await asyncio.sleep(0.001)
        return stream

    asyncio.run(leave_without_closing())
    assert ended == ["down"]


def test_importing_the_engine_loads_no_pydantic() -> None:
    code = "import sys, wt_engine; print(sorted({'pydantic', 'wt_contracts'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_process_ends_though_a_sync_step_never_does() -> None:
    code = """
import asyncio, threading
from wt_engine import Pipe
pipe = Pipe()
pipe.step("stuck", timeout=0.01)(lambda: threading.Event().wait())
async def main():
    async for event in pipe.run():
        pass
    print(event.payload.status.value)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout.strip() == "failed"
