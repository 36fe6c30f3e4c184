"""A join in progress: which of its parents have arrived, and which never will."""

from __future__ import annotations

import asyncio
from enum import Enum

from wt_engine.definition import BarrierType
from wt_engine.plan import Node


class Verdict(Enum):
    """What an arrival means for the join."""

    WAIT = "wait"
    START = "start"
    DEAD = "dead"


class Barrier:
    """A join of one run. A wave is over when every parent has arrived or is known not to come; then it begins anew.

    Parents that a switch did not choose are known not to come (dead-path elimination, as in Leymann and Roller,
    "Production Workflow", 2000): a join below a switch waits for the chosen branch only.

    Args:
        node: The step with several parents.

    Attributes:
        since: When the first parent of this wave arrived, by the loop's clock, if there is a timeout.
        timer: What ends the wait, if there is a timeout.
        expired: Whether it did; the join then never starts.
    """

    __slots__ = ("_any", "_arrived", "_dead", "expired", "node", "since", "timer")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.since = 0.0
        self.timer: asyncio.TimerHandle | None = None
        self.expired = False
        self._any = node.barrier_type is BarrierType.ANY
        self._arrived: set[int] = set()
        self._dead: set[int] = set()

    def arrive(self, parent: int) -> Verdict:
        """A parent has ended."""
        if self._any and parent in self._arrived:
            # The same parent again, before the others came: a loop has begun another wave.
            self._begin()
        first = not self._arrived
        self._arrived.add(parent)
        self._dead.discard(parent)
        over = self._over()
        if self._any:
            return self._settle(Verdict.START if first else Verdict.WAIT, over=over)
        return self._settle(Verdict.START if over else Verdict.WAIT, over=over)

    def bury(self, parent: int) -> Verdict:
        """A parent will not come: a switch chose another branch."""
        if parent in self._arrived:
            return Verdict.WAIT
        self._dead.add(parent)
        over = self._over()
        if not over:
            return Verdict.WAIT
        if not self._arrived:
            return self._settle(Verdict.DEAD, over=True)
        return self._settle(Verdict.WAIT if self._any else Verdict.START, over=True)

    @property
    def waits(self) -> bool:
        """Whether some parents have arrived and a join of all waits for others."""
        return bool(self._arrived) and not self._any

    @property
    def waiting_for(self) -> list[int]:
        """The parents that have neither arrived nor been given up."""
        return [p for p in self.node.parents if p not in self._arrived and p not in self._dead]

    def _over(self) -> bool:
        return len(self._arrived) + len(self._dead) == len(self.node.parents)

    def _settle(self, verdict: Verdict, *, over: bool) -> Verdict:
        if over:
            self._begin()
        return Verdict.WAIT if self.expired and verdict is Verdict.START else verdict

    def _begin(self) -> None:
        self._arrived.clear()
        self._dead.clear()
