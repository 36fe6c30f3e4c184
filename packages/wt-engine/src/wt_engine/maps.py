"""A map in progress: its items, how many are out, what came back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wt_engine.call import Call
    from wt_engine.plan import Node


class MapFrame:
    """A map in progress. Items become calls one by one, when a worker is free for them.

    Args:
        owner: The call of the map itself.
        worker: The step that each item goes to.
        team: The steps that the items go to one by one, if they differ.
        items: The items.
        limit: How many are out at once; None for any number.

    Attributes:
        places: The places of the items that are to go out, in their order.
        pending: Calls that the map waits for: its items, and whatever they scheduled.
        running: Items that are out.
        queued: Whether the frame itself stands in the queue of what can run.
        results: What the workers returned, by item.
        failed: How many items failed.
        error: What the first of them failed with.
        peak: How many items were out at once, at most.
    """

    __slots__ = (
        "error",
        "failed",
        "items",
        "limit",
        "next",
        "owner",
        "peak",
        "pending",
        "places",
        "queued",
        "results",
        "running",
        "scope",
        "team",
        "worker",
    )

    def __init__(
        self, owner: Call, worker: Node, items: list[Any], limit: int | None, team: Sequence[Node] = ()
    ) -> None:
        self.owner = owner
        self.worker = worker
        self.team = team
        self.items = items
        self.limit = limit or sys.maxsize
        self.places: Sequence[int] = range(len(items))
        self.next = 0
        self.running = 0
        self.peak = 0
        self.pending = len(items)
        self.queued = False
        self.results: list[Any] = [None] * len(items)
        self.failed = 0
        self.error: BaseException | None = None
        self.scope = (*owner.scope, owner.node.name)

    @property
    def ready(self) -> bool:
        """Whether one more item may go out."""
        return self.next < len(self.places) and self.running < self.limit

    def take(self) -> tuple[Any, int]:
        """The next item, which goes out now, and its place."""
        position = self.places[self.next]
        self.next += 1
        self.running += 1
        if self.running > self.peak:
            self.peak = self.running
        return self.items[position], position

    def give_up(self) -> None:
        """Let no more items go out."""
        self.pending -= len(self.places) - self.next
        self.next = len(self.places)
