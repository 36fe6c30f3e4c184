"""Calls that may be tried again, that may take only so long, and whose failure may be skipped."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wt_task.errors import TaskInstanceError
from wt_task.skip import SKIP_SENTINEL

if TYPE_CHECKING:
    from wt_task.chain import Task
    from wt_task.deferred import AsyncElementCall, ElementCall
    from wt_task.elements import Call

_HOME = os.path.dirname(__file__)  # noqa: PTH120 - compared with the text of a frame's file
_RUN_MODULE = "run.py"
"""Where a compiled workflow's expressions are evaluated in a concurrent run."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a handler is told of a failure.

    Attributes:
        step: The step whose call failed.
        type: The name of the exception's class.
        message: What the exception says.
        index: Which element of a map, or which round of a loop, it was about, counted from 0; None for a single call.
        key: Its key, for `mapvalues`.
        element: The element; of several names, a mapping with a value for each.
    """

    step: str
    type: str
    message: str
    index: int | None = None
    key: Any = None
    element: Any = None


def endure(task: Task[..., Any], call: Callable[[], Any]) -> Any:
    """Make a call as its task says.

    Args:
        task: The task.
        call: The call.

    Returns:
        What it returns; if it fails for good, `SKIP_SENTINEL` if the task skips that, or what its handler returns.

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
                if task.handler is not None:
                    return task.handler(_handled(task.task_instance_id or task.name, error))
                if not task.skips_errors:
                    raise
                return _skipped(task.task_instance_id or task.name, error)
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
                if task.handler is not None:
                    stand_in = task.handler(_handled(task.task_instance_id or task.name, error))
                    return await stand_in if hasattr(stand_in, "__await__") else stand_in
                if not task.skips_errors:
                    raise
                return _skipped(task.task_instance_id or task.name, error)
            await asyncio.sleep(task.retries.wait(attempt))
            attempt += 1


def skipped(step_name: str, error: BaseException) -> Any:
    """What a step gives in a concurrent run if its call failed: the sentinel; standard error says so.

    Args:
        step_name: Whose call it was.
        error: What it raised.

    Raises:
        BaseException: The error, if no call has raised it.
    """
    _raise_if_of_spec(error)
    return _skipped(step_name, error)


def failure(step_name: str, error: BaseException, call: ElementCall | AsyncElementCall | None = None) -> Failure:
    """What a handler is told of a call that failed in a concurrent run; standard error says so too.

    Args:
        step_name: Whose call it was.
        error: What it raised.
        call: The call, if it is one of several.

    Raises:
        BaseException: The error, if no call has raised it.
    """
    _raise_if_of_spec(error)
    return _handled(step_name, error, call)


def _raise_if_of_spec(error: BaseException) -> None:
    """Raise what an expression or a map has raised, which is no failure of a task: calls name their step."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or isinstance(error, TaskInstanceError):
        return
    directory, name = os.path.split(trace.tb_frame.f_code.co_filename)
    if directory == _HOME or name == _RUN_MODULE:
        raise error


def _skipped(step_name: str, error: BaseException) -> Any:
    found = _failure(step_name, error)
    sys.stderr.write(f"warning: step {found.step!r} failed and is skipped: {found.type}: {found.message}\n")
    return SKIP_SENTINEL


def _handled(step_name: str, error: BaseException, call: ElementCall | AsyncElementCall | None = None) -> Failure:
    found = _failure(step_name, error)
    if call is not None:
        found = _placed(found, call.call)
    sys.stderr.write(f"warning: step {found.step!r} failed and is handled: {found.type}: {found.message}\n")
    return found


def told_of(handler: Callable[[Failure], Any], call: Call) -> Callable[[Failure], Any]:
    """A handler that is told which call has failed."""
    return lambda failed: handler(_placed(failed, call))


def _placed(failed: Failure, call: Call) -> Failure:
    if call.element is None:
        return failed
    values = call.arguments or {}
    element = values if len(values) != 1 else next(iter(values.values()))
    of_round = call.element.noun == "round"
    return replace(failed, index=call.element.place, key=call.element.key, element=None if of_round else element)


def _failure(step_name: str, error: BaseException) -> Failure:
    while isinstance(error, TaskInstanceError):
        error = error.error  # of a step in a sub-workflow there is one inside of the other
    return Failure(step_name, type(error).__name__, str(error))


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
        raise _too_long(seconds, "; its thread was abandoned, and what it still writes or returns is discarded")
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


def _too_long(seconds: float, aftermath: str = "") -> TimeoutError:
    return TimeoutError(f"timed out after {seconds}s{aftermath}")
