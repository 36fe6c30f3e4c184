"""One attempt to run a step: what is queued, run and told of."""

from __future__ import annotations

from typing import Any

from wt_engine.events import NodeKind
from wt_engine.injection import MISSING
from wt_engine.maps import MapFrame
from wt_engine.plan import Node


class Call:
    """One attempt of one call of a step.

    Attributes:
        node: The step.
        parent: The number of the invocation that scheduled it, 0 for a root.
        frame: The map that it works for, if any.
        item: The map's item, for a worker.
        position: The place of that item, -1 if it is no worker.
        attempt: Which attempt, from 1.
        number: The number of the invocation, given when it starts.
        seconds: How long its function took, waiting for its items or its sub-pipeline left out.
        began: The number and the time of its STEP_START, if the run is recorded.
    """

    __slots__ = ("attempt", "began", "frame", "item", "node", "number", "parent", "position", "seconds")

    def __init__(
        self,
        node: Node,
        parent: int = 0,
        frame: MapFrame | None = None,
        item: Any = MISSING,
        position: int = -1,
        attempt: int = 1,
    ) -> None:
        self.node = node
        self.parent = parent
        self.frame = frame
        self.item = item
        self.position = position
        self.attempt = attempt
        self.number = 0
        self.seconds = 0.0
        self.began: tuple[int, float] | None = None

    @property
    def kind(self) -> NodeKind:
        """What the step is."""
        return self.node.kind

    @property
    def owner(self) -> int:
        """The number of the map's invocation that it works for, 0 if none."""
        return self.frame.owner.number if self.frame else 0

    @property
    def scope(self) -> tuple[str, ...]:
        """The maps that it works for, outermost first."""
        return self.frame.scope if self.frame else ()

    @property
    def step_name(self) -> str:
        """The step's name."""
        return self.node.name

    @property
    def error(self) -> BaseException | None:
        """A step has no error to handle."""
        return None

    def again(self) -> Call:
        """The next attempt of the same call."""
        return Call(self.node, self.parent, self.frame, self.item, self.position, self.attempt + 1)


class Trouble:
    """What a handler gets: a failed call, or a failed hook.

    Attributes:
        step_name: Which step, or which phase.
        error: What it raised.
        item: The map's item, if there is one.
    """

    __slots__ = ("error", "item", "step_name")

    def __init__(self, step_name: str, error: BaseException | None = None, item: Any = MISSING) -> None:
        self.step_name = step_name
        self.error = error
        self.item = item
