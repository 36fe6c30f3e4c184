"""Where calls run: in place, in threads, in processes, or on any executor of the same two methods.

An executor is a class with `submit` and `shutdown` (`wt_contracts.executor.Executor`):

    class Mine:
        def submit(self, fn, /, *args, **kwargs): ...  # returns a concurrent.futures.Future
        def shutdown(self, wait=True, *, cancel_futures=False): ...

    task(f).set_executor(Mine())
"""

from __future__ import annotations

import concurrent.futures
import contextvars
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from wt_contracts.portable import PortableError

from wt_task.errors import describe

if TYPE_CHECKING:
    from wt_contracts.executor import Executor

    from wt_task.chain import Task
    from wt_task.elements import Call

T = TypeVar("T")


class InlineExecutor:
    """Runs each call at once, where it is submitted."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[T]:
        """Run the call; the future is done."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the future's
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing is held."""


class Lane:
    """Where the calls of one step go."""

    def start(self, call: Call) -> concurrent.futures.Future[Any]:
        """Start a call."""
        raise NotImplementedError

    def close(self, wait: bool = True) -> None:
        """Drop what has not started, and with `wait` wait for what runs."""


class ForeignLane(Lane):
    """Calls go to an executor that the user made, and that stays open."""

    def __init__(self, task: Task[..., Any], executor: Executor) -> None:
        self._task = task
        self._executor = executor

    def start(self, call: Call) -> concurrent.futures.Future[Any]:
        """Start a call."""
        return self._executor.submit(run_call, self._task, call)


class ThreadLane(Lane):
    """Calls go to threads of this step's own, each in a copy of the context, so that spans keep their parent."""

    def __init__(self, task: Task[..., Any], workers: int | None) -> None:
        self._task = task
        self._pool = concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix=task.name)

    def start(self, call: Call) -> concurrent.futures.Future[Any]:
        """Start a call."""
        context = contextvars.copy_context()
        return self._pool.submit(lambda: context.run(run_call, self._task, call))

    def close(self, wait: bool = True) -> None:
        """Drop what has not started."""
        self._pool.shutdown(wait, cancel_futures=True)


class ProcessLane(Lane):
    """Calls go to processes of this step's own, which are started afresh: forking a process with threads may hang.

    Raises:
        TypeError: If the task cannot be sent to another process.
    """

    def __init__(self, task: Task[..., Any], workers: int | None) -> None:
        import multiprocessing
        import pickle

        try:
            sent = pickle.dumps(task)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise TypeError(
                f"the task {task.name} cannot be sent to another process ({error}); "
                "its function must stand at the top level of a module, and its arguments must be picklable"
            ) from error
        context = multiprocessing.get_context("spawn")
        self._pool = concurrent.futures.ProcessPoolExecutor(workers, context, initializer=_receive, initargs=(sent,))

    def start(self, call: Call) -> concurrent.futures.Future[Any]:
        """Start a call."""
        return self._pool.submit(_run_received, call)

    def close(self, wait: bool = True) -> None:
        """Drop what has not started."""
        self._pool.shutdown(wait, cancel_futures=True)


def open_lane(task: Task[..., Any], calls: int) -> Lane:
    """Where the calls of a step go, as the task says.

    Args:
        task: The task, with an executor.
        calls: How many calls there will be; no more workers are started than that.
    """
    if not isinstance(task.executor, str):
        return ForeignLane(task, task.executor)
    if task.executor == "threads":
        import os

        return ThreadLane(task, max(1, min(calls, task.concurrency or min(32, (os.cpu_count() or 1) + 4))))
    import os

    return ProcessLane(task, max(1, min(calls, task.concurrency or os.cpu_count() or 1)))


def run_call(task: Task[..., Any], call: Call) -> Any:
    """Run one call of a task where an executor put it.

    Args:
        task: The task.
        call: The call.

    Returns:
        What the function returns; for a coroutine function, what it returns when awaited.

    Raises:
        Exception: What the function raises, in a form that can be sent back if the task came from elsewhere.
    """
    try:
        result = task.handling(call).run(call.args, call.arguments or {})
        if not hasattr(result, "__await__"):
            return result
        import asyncio

        return asyncio.run(_await(result))
    except Exception as error:
        if not task.travelled:
            raise
        sent = PortableError(error, describe)
    raise sent


async def _await(awaitable: Any) -> Any:
    return await awaitable


_sent_task: bytes | None = None
"""The task that this worker process was started for."""


def _receive(task: bytes) -> None:
    global _sent_task
    _sent_task = task


@lru_cache(maxsize=1)
def _received() -> Task[..., Any]:
    """The task, read by the first call and not before: what goes wrong is then that call's error."""
    import pickle

    assert _sent_task is not None
    task: Task[..., Any] = pickle.loads(_sent_task)  # noqa: S301 - the parent process made it
    return task


def _run_received(call: Call) -> Any:
    return run_call(_received(), call)
