from __future__ import annotations

from concurrent.futures import Executor as Pool
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from wt_contracts.executor import Executor


class Inline:
    """The smallest executor: two methods."""

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except ValueError as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.closed = True


@pytest.mark.parametrize("make", [Inline, ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_runs_a_call_and_gives_its_future(make):
    executor: Executor = make()
    try:
        assert executor.submit(divmod, 7, 2).result(timeout=60) == (3, 1)
        assert executor.submit(int, "ff", base=16).result(timeout=60) == 255
        with pytest.raises(ValueError, match="invalid literal"):
            executor.submit(int, "x").result(timeout=60)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@pytest.mark.parametrize("pool", [Inline, Pool, ThreadPoolExecutor, ProcessPoolExecutor])
def test_everything_of_the_shape_conforms(pool):
    assert issubclass(pool, Executor)


def test_what_lacks_a_method_does_not_conform():
    assert not isinstance(object(), Executor)
    assert not isinstance(Future(), Executor)
