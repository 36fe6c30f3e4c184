"""Where sync steps run: threads that never hold up the loop, nor the end of the process."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import queue
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

_Job = Callable[[], None]

GRACE = 5.0
"""Seconds that a cancelled run waits for a sync step that writes to the shared state directly."""


class Threads:
    """Daemon threads of one run, made when they are needed and used again; a thread that never returns is let go.

    Unlike those of `concurrent.futures`, they are not joined when the process exits.

    Args:
        limit: How many calls run at once; further ones wait. A call that was abandoned no longer counts.
    """

    def __init__(self, limit: int = 64) -> None:
        self._idle: list[queue.SimpleQueue[_Job | None]] = []
        self._free = asyncio.Semaphore(limit)
        self._closed = False

    async def call(
        self, function: Callable[[], Any], *, abandon: bool, limit: AbstractAsyncContextManager[Any] | None = None
    ) -> Any:
        """Call a function in a thread.

        Args:
            function: What to call; it runs in a copy of the current context.
            abandon: Whether a cancelled caller leaves at once; else it first waits `GRACE` seconds for the function.
            limit: Entered when the function starts, after the wait for a thread; cancels what takes too long.

        Returns:
            What the function returns.

        Raises:
            BaseException: Whatever the function raises.
        """
        async with self._free, limit or contextlib.nullcontext():
            future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self._start(functools.partial(contextvars.copy_context().run, function), future)
            try:
                return await asyncio.shield(future)
            except asyncio.CancelledError:
                if not abandon and not future.done():
                    await asyncio.wait({future}, timeout=GRACE)
                # What an abandoned function comes to is nobody's business any more.
                future.add_done_callback(lambda done: done.cancelled() or done.exception())
                raise

    def _start(self, function: Callable[[], Any], future: asyncio.Future[Any]) -> None:
        loop = asyncio.get_running_loop()
        jobs = self._idle.pop() if self._idle else self._spawn()

        def job() -> None:
            try:
                settle = functools.partial(_set_result, function())
            except BaseException as error:  # noqa: BLE001 - a step may raise anything; whoever awaits it gets it
                settle = functools.partial(_set_exception, error)
            try:
                loop.call_soon_threadsafe(self._done, settle, future, jobs)
            except RuntimeError:
                # The loop is gone, and with it everybody who waited: this thread has nothing more to do.
                jobs.put(None)

        jobs.put(job)

    def _spawn(self) -> queue.SimpleQueue[_Job | None]:
        jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        threading.Thread(target=_serve, args=(jobs,), name="wt-engine-step", daemon=True).start()
        return jobs

    def _done(
        self, settle: Callable[[asyncio.Future[Any]], None], future: asyncio.Future[Any], jobs: queue.SimpleQueue[Any]
    ) -> None:
        if not future.done():
            settle(future)
        if self._closed:
            jobs.put(None)
        else:
            self._idle.append(jobs)

    def close(self) -> None:
        """Let the threads end: the idle ones now, the others when they are done."""
        self._closed = True
        for jobs in self._idle:
            jobs.put(None)
        self._idle.clear()


def _serve(jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job


def _set_result(result: Any, future: asyncio.Future[Any]) -> None:
    future.set_result(result)


def _set_exception(error: BaseException, future: asyncio.Future[Any]) -> None:
    if isinstance(error, StopIteration):
        # A future refuses it, because a coroutine could not tell it from its own end.
        wrapped = RuntimeError("the step raised StopIteration")
        wrapped.__cause__ = error
        error = wrapped
    future.set_exception(error)
