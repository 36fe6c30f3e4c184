"""Who watches runs: each with a bounded queue and a task of its own, so that none can harm the run."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from wt_engine.events import Event

GRACE = 1.0
"""Seconds that the end of a run waits for an observer that has fallen behind."""

QUEUE = 10_000
"""How many events an observer may fall behind before it misses some."""

_log = logging.getLogger("wt_engine")
_HOOKS = ("on_pipeline_start", "on_event", "on_pipeline_end", "on_pipeline_error")


@dataclass(slots=True)
class ObserverMeta:
    """What an observer is told with every call.

    Attributes:
        pipe_name: Which pipeline.
        run_id: Which run.
        started_at: When the run started, in seconds since the epoch.
        missed: How many events of this run this observer has missed so far, because it was too slow.
        steps: How many steps the pipeline has.
    """

    pipe_name: str
    run_id: str
    started_at: float
    missed: int = 0
    steps: int = 0


class ObserverProtocol(Protocol):
    """What can watch runs; `Observer` does nothing of it by default."""

    async def on_pipeline_start(self, state: Any, ctx: Any, meta: ObserverMeta) -> None:
        """Before the startup hooks."""

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """At every event, FINISH included."""

    async def on_pipeline_end(self, state: Any, ctx: Any, meta: ObserverMeta, duration_s: float) -> None:
        """After FINISH of a run that did not fail, and after the run of a consumer that stopped reading."""

    async def on_pipeline_error(self, state: Any, ctx: Any, meta: ObserverMeta, error: BaseException) -> None:
        """After FINISH of a run that failed."""


class Observer:
    """Watches runs; override what you need. An exception of an observer is logged and goes no further.

    An observer may also have a method `witness(event)`, no `async def`: it is called while the event is told, so that
    the state is as it was then, and holds up the run.
    """

    async def on_pipeline_start(self, state: Any, ctx: Any, meta: ObserverMeta) -> None:
        """Before the startup hooks."""

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """At every event, FINISH included."""

    async def on_pipeline_end(self, state: Any, ctx: Any, meta: ObserverMeta, duration_s: float) -> None:
        """After FINISH of a run that did not fail, and after the run of a consumer that stopped reading."""

    async def on_pipeline_error(self, state: Any, ctx: Any, meta: ObserverMeta, error: BaseException) -> None:
        """After FINISH of a run that failed."""


def validate_observer(observer: Any) -> None:
    """Check that something can watch runs.

    Raises:
        TypeError: It lacks a method, or one is not `async def`.
    """
    for name in _HOOKS:
        method = getattr(observer, name, None)
        if method is None:
            raise TypeError(f"Observer {type(observer).__name__} has no method '{name}'")
        if not inspect.iscoroutinefunction(method):
            raise TypeError(f"Observer method {type(observer).__name__}.{name} must be 'async def'")


class ObserverFeed:
    """Brings one run to one observer.

    Args:
        observer: The observer.
        limit: How many events it may fall behind.
        state: The run's state.
        context: The run's context.
        meta: What it is told with every call.
    """

    def __init__(self, observer: Any, limit: int, state: Any, context: Any, meta: ObserverMeta) -> None:
        self._observer = observer
        self._limit = limit
        self._about = (state, context, meta)
        self._meta = meta
        self._items: deque[Event] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._witness: Callable[[Event], None] | None = getattr(observer, "witness", None)
        self._task = asyncio.create_task(self._serve())

    def put(self, event: Event) -> None:
        """Add an event, or count it as missed if the observer is too far behind."""
        if self._witness is not None:
            self._let_witness(self._witness, event)
        if len(self._items) >= self._limit:
            self._meta.missed += 1
            return
        self._items.append(event)
        self._wake()

    async def close(self, duration_s: float, error: BaseException | None) -> None:
        """Let the observer catch up, for a while, and tell it how the run ended.

        Args:
            duration_s: How long the run took.
            error: What it failed with, if it failed.
        """
        self._ended = True
        self._wake()
        await self._stopped(self._task)
        self._meta.missed += len(self._items)
        self._items.clear()
        if error is None:
            last = self._told(self._observer.on_pipeline_end, duration_s)
        else:
            last = self._told(self._observer.on_pipeline_error, error)
        await self._stopped(asyncio.ensure_future(last))

    async def _stopped(self, task: asyncio.Future[None]) -> None:
        _, late = await asyncio.wait({task}, timeout=GRACE)
        if late:
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE)

    async def _serve(self) -> None:
        await self._told(self._observer.on_pipeline_start)
        while True:
            while self._items:
                await self._told(self._observer.on_event, self._items.popleft())
            if self._ended:
                return
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def _let_witness(self, witness: Callable[[Event], None], event: Event) -> None:
        try:
            witness(event)
        except Exception:  # noqa: BLE001 - as in `_told`
            _log.exception("An observer of pipeline '%s' failed", self._meta.pipe_name)

    async def _told(self, method: Callable[..., Awaitable[None]], *more: Any) -> None:
        try:
            await method(*self._about, *more)
        except Exception:  # noqa: BLE001 - an observer may raise anything, and must not harm the run
            _log.exception("An observer of pipeline '%s' failed", self._meta.pipe_name)

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
