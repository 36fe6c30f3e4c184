"""The items of a map, which are announced one after the other, as one row of the events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wt_engine.events import Event, EventType
from wt_engine.storage.models import StoredEvent

ANNOUNCED = "map_workers"
"""The type of such a row; it has the number of its last event, and what all of them are told by."""


class Announcement:
    """Announcements that follow on each other.

    Args:
        first: The first of them.
    """

    __slots__ = ("_place", "_times", "first")

    def __init__(self, first: Event) -> None:
        self.first = first
        self._times = [first.timestamp]
        self._place = first.stage.rpartition("[")[0]

    def takes(self, event: Event) -> bool:
        """Add an event if it is the next one, and all of it can be told from the first."""
        first = self.first
        count = len(self._times)
        index = first.payload["index"] + count
        if (
            event.seq != first.seq + count
            or event.invocation is not first.invocation
            or event.said is not None
            or event.payload != {**first.payload, "index": index}
            or event.stage != f"{self._place}[{index}]"
        ):
            return False
        self._times.append(event.timestamp)
        return True

    def row(self) -> Event:
        """What is written of them."""
        first = self.first
        payload = {"first": first.payload, "times": self._times}
        last = Event(first.type, first.stage, payload, first.timestamp, first.origin, first.invocation)
        last.seq = first.seq + len(self._times) - 1
        return last


def announced(row: StoredEvent) -> Iterator[StoredEvent]:
    """The events that one row tells of."""
    first, times = row.payload["first"], row.payload["times"]
    place = row.stage.rpartition("[")[0]
    seq = row.seq - len(times) + 1
    for more, at in enumerate(times):
        index = first["index"] + more
        payload, stage = {**first, "index": index}, f"{place}[{index}]"
        kind = EventType.MAP_WORKER.value
        yield replace(row, type=kind, seq=seq + more, stage=stage, payload=payload, timestamp=at)
