"""The calls of one step, side by side: results in order, and the rest cancelled when one fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from wt_task.chain import IN_PLACE
from wt_task.skip import SKIP_SENTINEL

if TYPE_CHECKING:
    from concurrent.futures import Future

    from wt_task.chain import Task
    from wt_task.elements import Call
    from wt_task.executors import Lane
    from wt_task.step import Step
    from wt_task.task import AsyncTask

CONCURRENCY = 32
"""How many coroutines of one step run at once, unless the task says otherwise."""


def run_in_place(task: Task[..., Any], calls: Sequence[Call], step: Step) -> list[Any]:
    """One call after another.

    Args:
        task: What is called.
        calls: The calls.
        step: Is told which call is running.

    Returns:
        The results in the order of the calls.
    """
    results = []
    for call in calls:
        step.element = call.element
        made = call.arguments is not None
        results.append(task.handling(call).run(call.args, call.arguments or {}) if made else SKIP_SENTINEL)
    return results


def run_on_executor(task: Task[..., Any], calls: Sequence[Call], step: Step) -> list[Any]:
    """All calls on the task's executor.

    If one fails, those that have not started are cancelled, those that run are waited for, and the error is that of
    the first in the order of the calls. `KeyboardInterrupt` and the like wait for nothing.
    """
    from wt_task.executors import open_lane

    lane = open_lane(task, len(calls))
    try:
        results = _collect(lane, calls, step)
    except BaseException as error:
        lane.close(wait=isinstance(error, Exception))
        raise
    lane.close()
    return results


def _collect(lane: Lane, calls: Sequence[Call], step: Step) -> list[Any]:
    import concurrent.futures

    started: list[tuple[Call, Future[Any] | None]] = []
    try:
        for call in calls:
            step.element = call.element
            started.append((call, None if call.arguments is None else lane.start(call)))
        futures = [future for _, future in started if future is not None]
        _, pending = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_EXCEPTION)
        if pending:
            concurrent.futures.wait([future for future in pending if not future.cancel()])
    except BaseException:
        for _, future in started:
            if future is not None:
                future.cancel()
        raise
    for call, future in started:
        step.element = call.element
        if future is not None and not future.cancelled() and (error := future.exception()) is not None:
            raise error
    return [SKIP_SENTINEL if future is None else future.result() for _, future in started]


class _CallError(Exception):
    def __init__(self, place: int, error: Exception) -> None:
        super().__init__(place, error)
        self.place = place
        self.error = error


async def run_async(task: AsyncTask[..., Any], calls: Sequence[Call], step: Step) -> list[Any]:
    """All calls as coroutines, a bounded number at once; or on the task's executor, if it has one.

    If one fails, the others are cancelled, and the error is that of the first in the order of the calls.
    """
    import asyncio

    lane = _lane(task, len(calls))
    limit = task.concurrency or (CONCURRENCY if lane is None else len(calls))
    results: dict[int, Any] = {place: SKIP_SENTINEL for place, call in enumerate(calls) if call.arguments is None}
    waiting = iter([place for place in range(len(calls)) if place not in results])
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(limit, len(calls))):
                group.create_task(_work(task, lane, calls, waiting, results))
    except ExceptionGroup as failed:
        first = min((error for error in failed.exceptions if isinstance(error, _CallError)), key=_place)
        step.element = calls[first.place].element
        raise first.error from first.error.__cause__
    finally:
        if lane is not None:
            await asyncio.to_thread(lane.close)
    if len(results) < len(calls):
        raise asyncio.CancelledError("a call cancelled itself")
    return [results[place] for place in range(len(calls))]


def _place(error: _CallError) -> int:
    return error.place


def _lane(task: AsyncTask[..., Any], calls: int) -> Lane | None:
    if task.executor in IN_PLACE:
        return None
    from wt_task.executors import open_lane

    return open_lane(task, calls)


async def _work(
    task: AsyncTask[..., Any], lane: Lane | None, calls: Sequence[Call], waiting: Iterator[int], results: dict[int, Any]
) -> None:
    import asyncio

    for place in waiting:
        call = calls[place]
        try:
            if lane is None:
                results[place] = await task.handling(call).run(call.args, call.arguments or {})
            else:
                results[place] = await asyncio.wrap_future(lane.start(call))
        except Exception as error:
            raise _CallError(place, error) from error
