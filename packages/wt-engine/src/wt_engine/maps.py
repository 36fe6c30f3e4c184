"""A map in progress: its items, how many are out, what came back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from wt_engine.errors import MapItemsError
from wt_engine.injection import MISSING

if TYPE_CHECKING:
    from wt_engine.call import Call
    from wt_engine.plan import Node
    from wt_engine.rounds import Rounds


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
        error: What the first of them failed with, in the order of the items.
        gather: Makes the map's value of the results; without it, it is their list.
        rounds: For a loop: which item comes after the last one.
        last: For a loop: the number of the call that the next one follows from, 0 for none.
        peak: How many items were out at once, at most.
    """

    __slots__ = (
        "_failed_at",
        "error",
        "failed",
        "gather",
        "items",
        "last",
        "limit",
        "next",
        "owner",
        "peak",
        "pending",
        "places",
        "queued",
        "results",
        "rounds",
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
        self._failed_at = len(items)
        self.gather: Callable[[list[Any]], Any] | None = None
        self.rounds: Rounds | None = None
        self.last = 0
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

    def fail(self, position: int, error: BaseException) -> None:
        """Account for a call that failed."""
        self.failed += 1
        place = position if position >= 0 else len(self.items)
        if self.error is None or place < self._failed_at:
            self.error, self._failed_at = error, place

    def loop(self, rounds: Rounds) -> None:
        """Let the items follow from each other."""
        self.rounds = rounds
        self.places = list(self.places)

    def go_on(self, number: int, result: Any) -> None:
        """Ask a loop for the item that comes after a call with this number and result."""
        self.last = number
        assert self.rounds is not None
        assert isinstance(self.places, list)
        position = len(self.items)
        try:
            item = self.rounds.after(result)
        except Exception as error:  # noqa: BLE001 - whatever a loop raises is its own failure
            self.fail(position, error)
            return
        if item is not MISSING:
            self.items.append(item)
            self.results.append(None)
            self.places.append(position)
            self.pending += 1

    @property
    def value(self) -> Any:
        """What the map is worth when all items are done."""
        return self.results if self.gather is None else self.gather(self.results)

    @property
    def failure(self) -> BaseException:
        """What the map has failed with: a loop with what its last round, or the loop itself, has raised."""
        if self.rounds is not None and self.error is not None:
            return self.error
        name = self.owner.node.name
        error = MapItemsError(f"{self.failed} of {len(self.items)} items of map '{name}' failed")
        error.__cause__ = self.error
        return error

    def give_up(self) -> None:
        """Let no more items go out."""
        self.pending -= len(self.places) - self.next
        self.next = len(self.places)
