"""Calls that may be tried again, that may take only so long, and whose failure may be skipped."""

from __future__ import annotations

import contextvars
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from wt_task.errors import TaskInstanceError
from wt_task.skip import SKIP_SENTINEL

if TYPE_CHECKING:
    from wt_task.chain import Task


def endure(task: Task[..., Any], call: Callable[[], Any]) -> Any:
    """Make a call as its task says.

    Args:
        task: The task.
        call: The call.

    Returns:
        What it returns; `SKIP_SENTINEL` if it fails for good and the task skips that.

    Raises:
        TimeoutError: If it takes longer than the task allows.
        Exception: What the last attempt raises.
    """
    attempt = 1
    while True:
        try:
            return call() if task.limit is None else _limited(call, task.limit)
        except Exception as error:
            if task.retries is None or not task.retries.again(attempt, error):
                if not task.skips_errors:
                    raise
                return skipped(task.task_instance_id or task.name, error)
            time.sleep(task.retries.wait(attempt))
            attempt += 1


async def endure_async(task: Task[..., Any], call: Callable[[], Awaitable[Any]]) -> Any:
    """As `endure`, for a call that is awaited; one that takes too long is cancelled."""
    import asyncio

    attempt = 1
    while True:
        try:
            return await (call() if task.limit is None else _limited_async(call, task.limit))
        except Exception as error:
            if task.retries is None or not task.retries.again(attempt, error):
                if not task.skips_errors:
                    raise
                return skipped(task.task_instance_id or task.name, error)
            await asyncio.sleep(task.retries.wait(attempt))
            attempt += 1


def skipped(step_name: str, error: BaseException) -> Any:
    """The sentinel for a call that failed, which is said on standard error.

    Args:
        step_name: Whose call it was.
        error: What it raised.
    """
    if isinstance(error, TaskInstanceError):
        step_name, error = error.task_instance_id or step_name, error.error
    sys.stderr.write(f"warning: step {step_name!r} failed and is skipped: {type(error).__name__}: {error}\n")
    return SKIP_SENTINEL


def _limited(call: Callable[[], Any], seconds: float) -> Any:
    returned: list[Any] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            returned.append(call())
        except BaseException as error:  # noqa: BLE001 - whoever waits for the thread gets it
            raised.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not returned:
        raise _too_long(seconds)
    return returned[0]


async def _limited_async(call: Callable[[], Awaitable[Any]], seconds: float) -> Any:
    import asyncio

    try:
        async with asyncio.timeout(seconds) as limit:
            return await call()
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise _too_long(seconds) from error


def _too_long(seconds: float) -> TimeoutError:
    return TimeoutError(f"timed out after {seconds}s")
