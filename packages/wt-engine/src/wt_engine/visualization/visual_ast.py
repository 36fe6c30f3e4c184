"""The picture of a pipeline as data: what to draw, whoever draws it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class VisualNodeKind(StrEnum):
    """What a node looks like."""

    STEP = "step"
    STREAMING = "streaming"
    MAP = "map"
    SWITCH = "switch"
    SUB = "sub"
    STOP = "stop"


class VisualEdgeKind(StrEnum):
    """Why one node follows another."""

    NEXT = "next"
    ROUTE = "route"
    EACH = "each"
    DYNAMIC = "dynamic"


@dataclass(slots=True)
class VisualNode:
    """A step.

    Attributes:
        id: Names it in the picture; made of letters, digits and underscores.
        name: The step.
        kind: What it looks like.
        is_worker: Whether it is the worker of a map.
        is_any: Whether it starts after the first of several parents.
        is_isolated: Whether nothing leads to it or from it.
        sub: The picture of its sub-pipeline.
    """

    id: str
    name: str
    kind: VisualNodeKind
    is_worker: bool = False
    is_any: bool = False
    is_isolated: bool = False
    sub: VisualAST | None = None


@dataclass(frozen=True, slots=True)
class VisualEdge:
    """An edge, from one node's id to another's.

    Attributes:
        source: Where it begins.
        target: Where it ends.
        kind: Why it is there.
        label: The value of a switch.
    """

    source: str
    target: str
    kind: VisualEdgeKind = VisualEdgeKind.NEXT
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ParallelGroup:
    """Steps that start together.

    Attributes:
        id: Names the group in the picture.
        source: The id of the step that they follow.
        members: Their ids.
    """

    id: str
    source: str
    members: tuple[str, ...]


@dataclass(slots=True)
class VisualAST:
    """The picture of a pipeline.

    Attributes:
        name: The pipeline's name.
        prefix: What all ids of it begin with.
        nodes: Its steps.
        edges: What follows what.
        roots: The ids of the steps that it begins with.
        leaves: The ids of the steps that nothing follows.
        groups: Steps that start together.
        startup: The names of the startup hooks.
        shutdown: The names of the shutdown hooks.
    """

    name: str
    prefix: str = "n"
    nodes: list[VisualNode] = field(default_factory=list)
    edges: list[VisualEdge] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    groups: list[ParallelGroup] = field(default_factory=list)
    startup: tuple[str, ...] = ()
    shutdown: tuple[str, ...] = ()

    def walk(self) -> Iterator[VisualNode]:
        """All nodes, those of sub-pipelines after the step that runs them."""
        waiting = list(reversed(self.nodes))
        while waiting:
            node = waiting.pop()
            yield node
            if node.sub is not None:
                waiting.extend(reversed(node.sub.nodes))

    def to_dict(self) -> dict[str, Any]:
        """The picture as JSON can hold it."""
        return {
            "name": self.name,
            "nodes": [
                {
                    "id": node.id,
                    "name": node.name,
                    "kind": node.kind.value,
                    "is_worker": node.is_worker,
                    "is_any": node.is_any,
                    "is_isolated": node.is_isolated,
                    "sub": node.sub.to_dict() if node.sub else None,
                }
                for node in self.nodes
            ],
            "edges": [
                {"source": edge.source, "target": edge.target, "kind": edge.kind.value, "label": edge.label}
                for edge in self.edges
            ],
            "roots": list(self.roots),
            "leaves": list(self.leaves),
            "groups": [
                {"id": group.id, "source": group.source, "members": list(group.members)} for group in self.groups
            ],
            "hooks": {"startup": list(self.startup), "shutdown": list(self.shutdown)},
        }
