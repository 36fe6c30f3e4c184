"""Steps and runs that take too long, and how much runs at once."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from wt_engine import (
    EventType,
    FailureReason,
    Pipe,
)
from wt_engine.testing import TestResult

from .pipes import STATUS, Collect, State, chain, fan, kinds, nothing

# Time


def test_an_async_step_times_out_and_its_retries_are_visible(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(timeout=0.002, retries=2, retry_wait_min=0.0001, retry_wait_max=0.001)
    async def slow() -> None:
        await asyncio.sleep(10)

    result = collect(pipe)
    assert "timed out after" in str(result.end.error)
    assert result.end.reason is FailureReason.STEP_TIMEOUT
    assert [event.attempt for event in result.filter(EventType.STEP_ERROR)] == [1, 2, 3]
    assert len(result.end.errors) == 1


def test_what_an_abandoned_sync_step_writes_later_reaches_nobody() -> None:
    pipe: Pipe[State, Any] = Pipe(State)
    go_on, wrote = threading.Event(), threading.Event()

    @pipe.step(timeout=0.01)
    def slow(state: State) -> None:
        go_on.wait(5)
        state.count = 99
        state.seen.append("late")
        wrote.set()

    state = State()

    async def run() -> TestResult:
        result = TestResult([event async for event in pipe.run(state)])
        go_on.set()
        wrote.wait(5)
        return result

    result = asyncio.run(run())
    assert "abandoned" in str(result.end.error)
    assert state == State()


def test_what_a_sync_step_writes_in_time_is_kept(collect: Collect) -> None:
    pipe: Pipe[State, Any] = Pipe(State)

    @pipe.step(timeout=5)
    def quick(state: State) -> None:
        state.count += 1
        state.seen.append(threading.current_thread() is threading.main_thread())

    state = State()
    collect(pipe, state)
    assert state == State([False], 1)


def test_a_run_timeout_interrupts_everything(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    block = threading.Event()

    @pipe.step
    def blocked() -> None:
        block.wait(5)

    @pipe.step(to="after")
    async def slow() -> None:
        await asyncio.sleep(10)

    pipe.step("after")(nothing)
    began = time.perf_counter()
    result = collect(pipe, timeout=0.01)
    block.set()
    assert time.perf_counter() - began < 2
    assert [kind for kind, _ in kinds(result)][-2:] == [EventType.TIMEOUT, EventType.FINISH]
    assert result.end.status is STATUS.TIMEOUT


# What steps may do wrong


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), BaseException("odd"), ValueError("")]
)
@pytest.mark.parametrize("sync", [True, False])
def test_whatever_a_step_raises_is_its_failure(collect: Collect, error: BaseException, sync: bool) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    def raising() -> None:
        raise error

    async def araising() -> None:
        raise error

    pipe.step("bad")(raising if sync else araising)
    result = collect(pipe)
    assert result.end.status is STATUS.FAILED
    assert result.end.error


def test_a_startup_hook_that_hangs_is_interrupted_by_the_runs_timeout(collect: Collect) -> None:
    pipe = chain(1)

    @pipe.on_startup
    async def hang() -> None:
        await asyncio.sleep(30)

    assert collect(pipe, timeout=0.01).end.status is STATUS.TIMEOUT


def test_max_concurrency_bounds_the_items_that_are_out(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.map(each="work", max_concurrency=3)
    async def split() -> Any:
        return range(20)

    @pipe.step
    async def work(item: int) -> None:
        await asyncio.sleep(0.0005)

    assert collect(pipe).end.metrics.maps.peak_workers == 3


def test_items_of_an_unbounded_map_are_all_out_at_once(collect: Collect) -> None:
    async def work(item: int) -> None:
        await asyncio.sleep(0.2)

    began = time.perf_counter()
    assert collect(fan(300, work)).end.metrics.maps.peak_workers == 300
    assert time.perf_counter() - began < 5
