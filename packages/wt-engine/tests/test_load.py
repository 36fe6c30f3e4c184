"""Runs that are large, and what they hold in memory meanwhile."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from wt_engine import Event, EventType, Observer, Pipe, PipelineTerminalStatus

STATUS = PipelineTerminalStatus
MB = 1_000_000


async def nothing() -> None: ...


async def same(item: int) -> int:
    return item


def fan_out(count: int, **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(**options)

    async def items() -> range:
        return range(count)

    async def last(same: list[int], state: dict[str, int]) -> None:
        state["sum"] = sum(same)

    pipe.map("items", each="same", to="last")(items)
    pipe.step(same)
    pipe.step(last)
    return pipe


def peak_of(run: Callable[[], Any]) -> int:
    """Bytes that a run had at most, beyond what was there before."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_map_of_a_hundred_thousand_items_loses_nothing() -> None:
    counts: Counter[EventType] = Counter()
    state: dict[str, int] = {}
    pipe = fan_out(100_000)

    async def consume() -> Event:
        async for event in pipe.run(state):
            counts[event.type] += 1
        return event

    end = asyncio.run(consume()).payload
    assert end.status is STATUS.SUCCESS
    assert counts[EventType.MAP_WORKER] == 100_000
    assert counts[EventType.STEP_END] == counts[EventType.STEP_START] == 100_002
    assert state["sum"] == sum(range(100_000))
    assert end.metrics.queue.max_depth <= 1000


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.exhaustive)])
def test_a_large_map_holds_its_items_and_no_more_events_than_its_queue(count: int) -> None:
    async def consume() -> None:
        async for _ in fan_out(count).run({}):
            pass

    # The items, the results and the numbers themselves are 56 bytes an item.
    assert peak_of(lambda: asyncio.run(consume())) < 1 * MB + 150 * count


def test_a_slow_observer_of_a_large_run_holds_no_more_than_its_queue() -> None:
    pipe = fan_out(5_000)
    told: list[int] = []
    seen: Counter[str] = Counter()

    class Stuck(Observer):
        async def on_event(self, state: Any, ctx: Any, meta: Any, event: Event) -> None:
            seen["stuck"] += 1
            await asyncio.Event().wait()

        async def on_pipeline_end(self, state: Any, ctx: Any, meta: Any, duration_s: float) -> None:
            told.append(meta.missed)

    class Raising(Observer):
        async def on_event(self, state: Any, ctx: Any, meta: Any, event: Event) -> None:
            seen["raising"] += 1
            if seen["raising"] % 1000 == 1:
                raise ValueError("no")

    pipe.add_observer(Stuck(), queue_size=100)
    pipe.add_observer(Raising(), queue_size=10)

    async def consume() -> int:
        return sum([1 async for _ in pipe.run({})])

    count: list[int] = []
    peak = peak_of(lambda: count.append(asyncio.run(consume())))
    assert count == [5_000 * 3 + 8]
    assert told[0] >= count[0] - 101
    assert seen["stuck"] == 1
    assert seen["raising"] >= 1
    assert peak < 20 * MB


def test_the_memory_of_many_runs_is_given_back() -> None:
    pipe = fan_out(10)

    async def runs(count: int) -> None:
        for _ in range(count):
            async for _ in pipe.run({}):
                pass

    asyncio.run(runs(20))
    assert peak_of(lambda: asyncio.run(runs(200))) < 1 * MB


@pytest.mark.parametrize("leave", [0, 1, 2, 5, 500, 1500, 6000])
def test_leaving_a_large_run_ends_it(leave: int) -> None:
    ended: list[str] = []
    pipe = fan_out(2000, queue_size=7)

    @pipe.on_shutdown
    async def down() -> None:
        ended.append("down")

    async def read() -> int:
        stream = pipe.run({})
        read = 0
        async with asyncio.timeout(30):
            async for _ in stream:
                read += 1
                if read > leave:
                    break
            await stream.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return read

    assert asyncio.run(read()) == leave + 1
    assert ended == ["down"]


@pytest.mark.exhaustive
def test_a_chain_of_a_hundred_thousand_steps_runs() -> None:
    pipe: Pipe[Any, Any] = Pipe()
    for place in range(100_000):
        pipe.step(f"s{place}", to=f"s{place + 1}" if place < 99_999 else None)(nothing)

    async def consume() -> Event:
        return [event async for event in pipe.run()][-1]

    assert asyncio.run(consume()).payload.metrics.tasks.completed == 100_000
