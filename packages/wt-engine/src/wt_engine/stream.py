"""The bounded queue between a run and the one who reads its events."""

from __future__ import annotations

import asyncio
import sys
from collections import deque

from wt_engine.events import Event


class EventStream:
    """Holds events until they are read. Who writes waits for room beforehand; who reads never writes.

    That is why it cannot deadlock: a reader needs nothing from a writer but the next event.

    Args:
        limit: How many events it holds; 0 for any number.
    """

    __slots__ = ("_reader", "_writers", "ended", "items", "limit", "low", "max_depth")

    def __init__(self, limit: int) -> None:
        self.items: deque[Event] = deque()
        self.limit = limit or sys.maxsize
        self.low = self.limit // 2
        self.max_depth = 0
        self.ended = False
        self._reader: asyncio.Future[None] | None = None
        self._writers: list[asyncio.Future[None]] = []

    def put(self, event: Event) -> None:
        """Add an event."""
        if self.ended:
            return
        items = self.items
        items.append(event)
        depth = len(items)
        if depth > self.max_depth:
            self.max_depth = depth
        if self._reader is not None:
            self._wake_reader()

    async def room(self) -> None:
        """Wait until there is room for one more event."""
        while len(self.items) >= self.limit:
            waiter = asyncio.get_running_loop().create_future()
            self._writers.append(waiter)
            await waiter

    def take(self) -> Event:
        """The oldest event.

        Raises:
            IndexError: There is none.
        """
        event = self.items.popleft()
        if self._writers and len(self.items) <= self.low:
            self._wake_writers()
        return event

    async def wait(self) -> None:
        """Wait until there is an event, or the end."""
        if self.items or self.ended:
            return
        self._reader = asyncio.get_running_loop().create_future()
        try:
            await self._reader
        finally:
            self._reader = None

    def end(self) -> None:
        """Nothing more is written."""
        self.ended = True
        self._wake_reader()

    def abandon(self) -> None:
        """Nobody reads any more: drop everything, and let no writer wait."""
        self.items.clear()
        self.limit = sys.maxsize
        self.ended = True
        self._wake_writers()

    def _wake_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done():
            reader.set_result(None)

    def _wake_writers(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            if not writer.done():
                writer.set_result(None)
