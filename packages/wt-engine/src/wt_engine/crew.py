"""The workers of a run: as many tasks as steps that wait for something, plus one.

A worker runs one step after the other in its own task, so that a step that never waits costs no task. Before it starts
a step while others could run, it makes sure that a second worker stands by; that one gets its turn exactly when the
first one has to wait (the leader/followers pattern: Schmidt et al., "Leader/Followers", 2000).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

from wt_engine.call import Call
from wt_engine.maps import MapFrame
from wt_engine.stream import EventStream

_PATIENCE = 64
"""How many steps a worker runs before it lets others have the loop."""

Work = Callable[[Any], Awaitable[None]]


class Crew:
    """Runs whatever is queued until nothing is left.

    Args:
        stream: Where the run's events go: no work is taken up while it is full.
        perform: Runs a `Call`, or anything else that was queued and is not a `MapFrame`.

    Attributes:
        ready: What can run now.
        busy: The tasks that are inside a step, and may be cancelled.
        peak: How many workers were at work at once, at most.
        timers: How many timers may still queue something.
    """

    def __init__(self, stream: EventStream, perform: Work) -> None:
        self.ready: deque[Any] = deque()
        self.busy: set[asyncio.Task[Any]] = set()
        self.peak = 0
        self.timers: set[asyncio.TimerHandle] = set()
        self._stream = stream
        self._perform = perform
        self._working = 0
        self._idle: list[asyncio.Future[None]] = []
        self._waking = False
        self._done = False
        self._cancelled = False
        self._group: asyncio.TaskGroup | None = None
        self._context = copy_context()

    async def run(self) -> None:
        """Work until nothing is queued, running or timed."""
        if self._finished():
            return
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._spawn()
        self._group = None

    def push(self, unit: Any) -> None:
        """Queue something from outside a worker, such as a timer."""
        self.ready.append(unit)
        self._wake()

    def offer(self, frame: MapFrame) -> None:
        """Queue a map if it has an item that may go out."""
        if not frame.queued and frame.ready:
            frame.queued = True
            self.ready.append(frame)

    def cancel(self) -> list[Any]:
        """Interrupt every step that runs, start no more workers, and give back what was queued."""
        dropped = self.drop()
        self._cancelled = True
        current = asyncio.current_task()
        for task in list(self.busy):
            if task is not current:
                task.cancel()
        self._wake()
        return dropped

    def drop(self) -> list[Any]:
        """Forget what is queued and timed, and give it back."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()
        dropped = list(self.ready)
        self.ready.clear()
        return dropped

    def _finished(self) -> bool:
        return not (self.ready or self._working or self.timers)

    def _spawn(self) -> None:
        if self._group is not None and not self._done and not self._cancelled:
            self._waking = True
            self._group.create_task(self._work(), context=self._context.copy())

    def _wake(self) -> None:
        if self._waking:
            return
        while self._idle:
            waiter = self._idle.pop()
            if not waiter.done():  # one is if its task was cancelled, as all are when a loop is shut down
                self._waking = True
                waiter.set_result(None)
                return
        self._spawn()

    async def _work(self) -> None:
        self._waking = False
        stream, ready = self._stream, self.ready
        streak = 0
        while not self._done:
            if len(stream.items) >= stream.limit:
                await stream.room()
                continue
            if not ready:
                if self._finished():
                    self._dismiss()
                    return
                await self._rest()
                continue
            unit = ready.popleft()
            if type(unit) is MapFrame:
                unit = self._take(unit)
            if ready and not self._waking:
                self._wake()
            await self._one(unit)
            if copy_context() != self._context and not self._cancelled:
                # A step has set a context variable in this task: the next step gets a task without it.
                self._spawn()
                return
            streak += 1
            if streak >= _PATIENCE:
                streak = 0
                await asyncio.sleep(0)

    async def _one(self, unit: Any) -> None:
        self._working += 1
        if self._working > self.peak:
            self.peak = self._working
        try:
            await self._perform(unit)
        finally:
            self._working -= 1

    def _take(self, frame: MapFrame) -> Call:
        item, position = frame.take()
        frame.queued = False
        self.offer(frame)
        worker = frame.team[position] if frame.team else frame.worker
        return Call(worker, frame.owner.number, frame, item, position)

    async def _rest(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._idle.append(waiter)
        try:
            await waiter
        finally:
            self._waking = False

    def _dismiss(self) -> None:
        self._done = True
        for waiter in self._idle:
            if not waiter.done():
                waiter.set_result(None)
        self._idle.clear()
