from __future__ import annotations

import asyncio
import threading

import pytest
from wt_contracts.retry import RetryPolicy
from wt_task import SKIP_SENTINEL, TaskInstanceError, task

AT_ONCE = RetryPolicy(2, wait_min=0.0)


class Flaky:
    """Fails a number of times first."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error, self.calls = failures, error, 0

    def __call__(self, value: int = 1) -> int:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return value

    async def awaited(self, value: int = 1) -> int:
        return self(value)


@pytest.fixture(params=["sync", "async"])
def called(request):
    """Calls a task of either kind once, with a chain of methods in between."""

    def call(flaky, chain):
        made = chain(task(flaky if request.param == "sync" else flaky.awaited).set_task_instance_id("flaky"))
        result = made.call()
        return asyncio.run(result) if request.param == "async" else result

    return call


def test_a_failed_call_is_tried_again(called):
    flaky = Flaky(2, ValueError("not yet"))

    assert called(flaky, lambda made: made.retry(AT_ONCE)) == 1
    assert flaky.calls == 3


def test_the_last_failure_is_the_steps(called):
    flaky = Flaky(3, ValueError("never"))

    with pytest.raises(TaskInstanceError, match=r"'flaky' raised ValueError\('never'\)"):
        called(flaky, lambda made: made.handle_errors().retry(AT_ONCE))
    assert flaky.calls == 3


def test_only_the_named_exceptions_are_tried_again(called):
    flaky = Flaky(1, KeyError("other"))

    with pytest.raises(KeyError):
        called(flaky, lambda made: made.retry(RetryPolicy(2, wait_min=0.0, on=(ValueError,))))
    assert flaky.calls == 1


def test_each_element_is_tried_again_alone():
    flaky = Flaky(1, ValueError("not yet"))

    assert task(flaky).retry(AT_ONCE).map("value", [1, 2, 3]) == [1, 2, 3]
    assert flaky.calls == 4


def test_a_failure_can_be_skipped_and_is_told_of(called, capsys):
    assert called(Flaky(9, ValueError("never")), lambda made: made.skip_errors()) is SKIP_SENTINEL
    assert capsys.readouterr().err == "warning: step 'flaky' failed and is skipped: ValueError: never\n"


def test_a_call_that_takes_too_long_fails_and_its_thread_is_left_behind():
    release = threading.Event()

    with pytest.raises(TimeoutError, match=r"timed out after 0\.05s"):
        task(lambda: release.wait(30)).timeout(0.05).call()
    release.set()


def test_a_coroutine_that_takes_too_long_is_cancelled():
    cancelled = []

    async def wait() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(TimeoutError, match=r"timed out after 0\.05s"):
        asyncio.run(task(wait).timeout(0.05).call())
    assert cancelled == [True]


def test_a_timeout_of_the_functions_own_is_its_own(called):
    with pytest.raises(TimeoutError, match="the server's"):
        called(Flaky(1, TimeoutError("the server's")), lambda made: made.timeout(30))


def test_a_call_in_time_keeps_its_value_and_its_error(called):
    assert called(Flaky(0, ValueError()), lambda made: made.timeout(30)) == 1
    with pytest.raises(ValueError, match="no"):
        called(Flaky(1, ValueError("no")), lambda made: made.timeout(30))


def test_no_call_ends_within_no_time():
    with pytest.raises(ValueError, match="cannot end within 0 seconds"):
        task(len).timeout(0)
