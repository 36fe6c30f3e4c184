"""Limits and measurements of time for functions outside of a pipeline."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
from collections.abc import Awaitable, Callable
from time import perf_counter
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def timeout_sync(seconds: float | None) -> Callable[[F], F]:
    """Let a function take no longer than that; usable in any thread.

    The function runs in a daemon thread of its own. One that overruns cannot be ended: it is abandoned, and what it
    returns later is discarded. A step with `executor="process"` is killed instead.

    Args:
        seconds: How long, fractions included; None for any time.

    Raises:
        TimeoutError: By the function, when it takes longer.
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def limited(*args: Any, **kwargs: Any) -> Any:
            if seconds is None:
                return function(*args, **kwargs)
            return _within(seconds, functools.partial(function, *args, **kwargs), function)

        return limited  # type: ignore[return-value]  # it takes and gives what the function does

    return decorate


def _within(seconds: float, call: Callable[[], Any], function: Callable[..., Any]) -> Any:
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the function was called
            failure.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not outcome:
        name = getattr(function, "__name__", repr(function))
        raise TimeoutError(f"'{name}' timed out after {seconds}s; its thread was abandoned")
    return outcome[0]


async def timeout_async(seconds: float | None, coro: Awaitable[T]) -> T:
    """Await something for no longer than that, and cancel it then.

    Args:
        seconds: How long; None for any time.
        coro: What to await.

    Returns:
        What it gives.

    Raises:
        TimeoutError: It took longer.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            return await coro
    except TimeoutError as error:
        if limit.expired():
            raise TimeoutError(f"timed out after {seconds}s") from error
        raise


class TaskTimer:
    """Measures how long a block takes.

    Args:
        task_name: What it is.
        timeout_seconds: How long it should take, for `exceeded_timeout`.
    """

    def __init__(self, task_name: str, timeout_seconds: float | None = None) -> None:
        self.task_name = task_name
        self.timeout_seconds = timeout_seconds
        self._began: float | None = None
        self._took: float | None = None

    def __enter__(self) -> TaskTimer:
        self._began, self._took = perf_counter(), None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._took = self.elapsed_seconds

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the block began, or that it took; 0 before."""
        if self._began is None:
            return 0.0
        return perf_counter() - self._began if self._took is None else self._took

    def exceeded_timeout(self) -> bool:
        """Whether it takes, or took, longer than it should."""
        return self.timeout_seconds is not None and self.elapsed_seconds > self.timeout_seconds
