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

GRACE = 5.0
"""Seconds that a cancelled run waits for a sync step that writes to the shared state directly."""

PATIENCE = 0.001
"""Seconds after which it is seen whether the threads are enough."""

SOON = 8
"""The threads are enough if calls wait no longer than so many times `PATIENCE`, at the rate of the last."""


class Threads:
    """Daemon threads of one run, which take calls from one queue; a thread that never returns is let go.

    Calls that take no time share a thread: to start one takes longer than they do, and threads that all want the
    interpreter get into each other's way. As long as calls would wait for long, the threads double every `PATIENCE`
    seconds. Unlike those of `concurrent.futures`, they are not joined when the process exits.

    Args:
        limit: How many calls run at once; further ones wait. A call that was abandoned no longer counts.
    """

    def __init__(self, limit: int = 64) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._free = asyncio.Semaphore(limit)
        self._count = 0
        self._growing = False
        self._given = self._taken = 0
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
            loop = asyncio.get_running_loop()
            future: asyncio.Future[Any] = loop.create_future()
            job = _Job(functools.partial(contextvars.copy_context().run, function), future, loop)
            self._put(job, loop)
            try:
                return await asyncio.shield(future)
            except asyncio.CancelledError:
                job.wanted = False
                if not abandon and job.begun and not future.done():
                    await asyncio.wait({future}, timeout=GRACE)
                # What an abandoned function comes to is nobody's business any more.
                future.add_done_callback(lambda done: done.cancelled() or done.exception())
                raise

    def _put(self, job: _Job, loop: asyncio.AbstractEventLoop) -> None:
        self._jobs.put(job)
        self._given += 1
        if not self._count:
            self._spawn()
        if not self._growing:
            self._growing = True
            loop.call_later(PATIENCE, self._grow, loop)

    def _grow(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._jobs.qsize()
        taken, self._taken = self._given - waiting - self._taken, self._given - waiting
        self._growing = waiting > 0 and not self._closed
        if not self._growing:
            return
        if waiting > taken * SOON:
            for _ in range(min(waiting, self._count)):
                self._spawn()
        loop.call_later(PATIENCE, self._grow, loop)

    def _spawn(self) -> None:
        self._count += 1
        threading.Thread(target=_serve, args=(self._jobs,), name="wt-engine-step", daemon=True).start()

    def close(self) -> None:
        """Let the threads end: the idle ones now, the others when they are done."""
        self._closed = True
        for _ in range(self._count):
            self._jobs.put(None)


class _Job:
    """A call that waits for a thread, or runs in one.

    Args:
        function: What to call.
        future: Who waits for it.
        loop: The loop of that.

    Attributes:
        wanted: Whether somebody still waits; if nobody does, it does not begin.
        begun: Whether a thread has taken it.
    """

    __slots__ = ("_function", "_future", "_loop", "begun", "wanted")

    def __init__(
        self, function: Callable[[], Any], future: asyncio.Future[Any], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._function = function
        self._future = future
        self._loop = loop
        self.wanted = True
        self.begun = False

    def run(self) -> bool:
        """Make the call; whether there is still a loop that wants more."""
        if not self.wanted:
            return True
        self.begun = True
        try:
            settle = functools.partial(_set_result, self._function())
        except BaseException as error:  # noqa: BLE001 - a step may raise anything; whoever awaits it gets it
            settle = functools.partial(_set_exception, error)
        try:
            self._loop.call_soon_threadsafe(self._settle, settle)
        except RuntimeError:
            return False  # the loop is gone, and with it everybody who waited
        return True

    def _settle(self, settle: Callable[[asyncio.Future[Any]], None]) -> None:
        if not self._future.done():
            settle(self._future)


def _serve(jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None and job.run():
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
