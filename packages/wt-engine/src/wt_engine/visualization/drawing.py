"""From the steps of a pipe to their picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wt_engine.assembly import Assembly
from wt_engine.control import Stop
from wt_engine.definition import BarrierType, Draft, Mode, name_of
from wt_engine.events import NodeKind
from wt_engine.visualization.jumps import jumps_of
from wt_engine.visualization.visual_ast import (
    ParallelGroup,
    VisualAST,
    VisualEdge,
    VisualEdgeKind,
    VisualNode,
    VisualNodeKind,
)

if TYPE_CHECKING:
    from wt_engine.pipe import Pipe

_KINDS = {
    NodeKind.STEP: VisualNodeKind.STEP,
    NodeKind.MAP: VisualNodeKind.MAP,
    NodeKind.SWITCH: VisualNodeKind.SWITCH,
    NodeKind.SUB: VisualNodeKind.SUB,
}


def picture_of(pipe: Pipe[Any, Any], prefix: str = "n") -> VisualAST:
    """The picture of a pipe, with those of its sub-pipelines.

    Args:
        pipe: The pipe.
        prefix: What all ids begin with.

    Raises:
        DefinitionError: A target does not exist.
    """
    return _Drawing(pipe, prefix).picture


class _Drawing:
    def __init__(self, pipe: Pipe[Any, Any], prefix: str) -> None:
        hooks = [hook for hook in pipe.hooks() if hook.phase != "on_error"]
        self.picture = VisualAST(
            pipe.name,
            prefix,
            startup=tuple(hook.name for hook in hooks if hook.phase == "startup"),
            shutdown=tuple(hook.name for hook in hooks if hook.phase == "shutdown"),
        )
        self._assembly = Assembly(pipe.drafts)
        self._prefix = prefix
        for place, draft in enumerate(self._assembly.drafts):
            self.picture.nodes.append(self._node(place, draft))
            self._draw_edges(place, draft)
        self._place_ends()

    def _id(self, place: int) -> str:
        return f"{self._prefix}{place}"

    def _node(self, place: int, draft: Draft) -> VisualNode:
        kind = _KINDS[draft.kind]
        if kind is VisualNodeKind.STEP and draft.function.mode is Mode.STREAM:
            kind = VisualNodeKind.STREAMING
        return VisualNode(
            self._id(place),
            draft.name,
            kind,
            is_worker=place in self._assembly.workers,
            is_any=draft.barrier_type is BarrierType.ANY and len(self._assembly.parents[place]) > 1,
            sub=None if draft.pipeline is None else picture_of(draft.pipeline, f"{self._id(place)}_"),
        )

    def _draw_edges(self, place: int, draft: Draft) -> None:
        here, edges = self._id(place), self.picture.edges
        if draft.kind is NodeKind.SWITCH:
            self._draw_routes(here, draft)
        else:
            edges.extend(VisualEdge(here, self._id(target)) for target in self._assembly.edges[place])
        if draft.each is not None:
            worker = self._assembly.find(draft, draft.each, "targets unknown step")
            edges.append(VisualEdge(here, self._id(worker), VisualEdgeKind.EACH))
        if draft.kind is not NodeKind.SWITCH:
            for name in jumps_of(draft.function.call):
                target = self._assembly.index.get(name)
                if target is not None and target not in self._assembly.edges[place]:
                    edges.append(VisualEdge(here, self._id(target), VisualEdgeKind.DYNAMIC))
        if len(self._assembly.edges[place]) > 1 and draft.kind is not NodeKind.SWITCH:
            members = tuple(self._id(target) for target in self._assembly.edges[place])
            self.picture.groups.append(ParallelGroup(f"{here}_parallel", here, members))

    def _draw_routes(self, here: str, draft: Draft) -> None:
        routes = list(draft.routes.items()) if isinstance(draft.routes, Mapping) else []
        if draft.default is not None:
            routes.append(("default", draft.default))
        for value, target in routes:
            if isinstance(target, Stop) or target is Stop:
                end = f"{here}_stop"
                if self.picture.nodes[-1].id != end:
                    self.picture.nodes.append(VisualNode(end, "Stop", VisualNodeKind.STOP))
            else:
                end = self._id(self._assembly.index[self._name(draft, target)])
            self.picture.edges.append(VisualEdge(here, end, VisualEdgeKind.ROUTE, str(value)))

    def _name(self, draft: Draft, target: Any) -> str:
        return self._assembly.drafts[self._assembly.find(draft, name_of(target), "routes to unknown step")].name

    def _place_ends(self) -> None:
        picture = self.picture
        sources = {edge.source for edge in picture.edges}
        targets = {edge.target for edge in picture.edges}
        several = sum(node.kind is not VisualNodeKind.STOP for node in picture.nodes) > 1
        for node in picture.nodes:
            node.is_isolated = several and node.id not in sources and node.id not in targets
        picture.roots = [self._id(root) for root in self._assembly.roots]
        picture.leaves = [
            node.id
            for node in picture.nodes
            if node.id not in sources and not node.is_worker and node.kind is not VisualNodeKind.STOP
        ]
