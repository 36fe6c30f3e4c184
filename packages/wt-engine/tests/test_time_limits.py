"""Limits of time: fractions of seconds, in any thread."""

from __future__ import annotations

import asyncio
import threading

import pytest
from wt_engine.time_limits import TaskTimer, timeout_async, timeout_sync


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_function_that_overruns_a_fraction_of_a_second_is_left_behind(elsewhere: bool) -> None:
    release = threading.Event()
    errors: list[BaseException] = []

    def call() -> None:
        try:
            timeout_sync(0.05)(release.wait)()
        except TimeoutError as error:
            errors.append(error)

    if elsewhere:
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    else:
        call()
    release.set()
    assert "'wait' timed out after 0.05s" in str(errors[0])


@pytest.mark.parametrize("seconds", [None, 10])
def test_a_function_in_time_returns_or_raises_what_it_does(seconds: float | None) -> None:
    assert timeout_sync(seconds)(max)(1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        timeout_sync(seconds)(divmod)(1, 0)


def test_a_coroutine_is_cancelled_when_its_time_is_up() -> None:
    cancelled: list[bool] = []

    async def long() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def own() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match=r"timed out after 0.01s"):
        asyncio.run(timeout_async(0.01, long()))
    assert cancelled == [True]
    with pytest.raises(TimeoutError, match="its own"):
        asyncio.run(timeout_async(10, own()))
    assert asyncio.run(timeout_async(None, asyncio.sleep(0, "value"))) == "value"


def test_a_timer_measures_and_compares() -> None:
    timer = TaskTimer("task", timeout_seconds=1e-9)
    assert timer.elapsed_seconds == 0
    assert not timer.exceeded_timeout()
    with timer:
        pass
    took = timer.elapsed_seconds
    assert took == timer.elapsed_seconds > 0
    assert timer.exceeded_timeout()
    with TaskTimer("task") as other:
        assert not other.exceeded_timeout()
