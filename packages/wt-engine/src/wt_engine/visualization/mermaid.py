"""A picture as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from wt_engine.visualization.drawing import picture_of
from wt_engine.visualization.theme import MermaidTheme
from wt_engine.visualization.visual_ast import VisualAST, VisualEdge, VisualEdgeKind, VisualNode, VisualNodeKind

if TYPE_CHECKING:
    from wt_engine.pipe import Pipe

_SHAPES = {
    VisualNodeKind.STEP: ('["', '"]'),
    VisualNodeKind.STREAMING: ('(["⚡ ', '"])'),
    VisualNodeKind.MAP: ('[["', '"]]'),
    VisualNodeKind.SWITCH: ('{"', '"}'),
    VisualNodeKind.SUB: ('[/"', '"/]'),
    VisualNodeKind.STOP: ('(["', '"])'),
}
_CLASSES = {
    VisualNodeKind.STEP: "step",
    VisualNodeKind.STREAMING: "streaming",
    VisualNodeKind.MAP: "map",
    VisualNodeKind.SWITCH: "switch",
    VisualNodeKind.SUB: "sub",
    VisualNodeKind.STOP: "end",
}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.,")


class MermaidRenderer:
    """Draws pictures as Mermaid flowcharts. Steps are numbered, so that no name can break the syntax.

    Args:
        theme: How they look.
    """

    def __init__(self, theme: MermaidTheme | None = None) -> None:
        self._theme = theme or MermaidTheme()

    def render(self, picture: VisualAST) -> str:
        """The flowchart's text."""
        lines = [f"graph {self._theme.direction}", *_indented(self._body(picture, outermost=True))]
        lines += [f"    classDef {name}Style {getattr(self._theme, name)};" for name in self._used(picture)]
        return "\n".join(lines) + "\n"

    def _used(self, picture: VisualAST) -> list[str]:
        used = {"map" if node.is_worker else _CLASSES[node.kind] for node in picture.walk()} | {"start", "end"}
        if picture.startup or picture.shutdown:
            used.add("hook")
        return sorted(used)

    def _body(self, picture: VisualAST, *, outermost: bool = False) -> Iterator[str]:
        prefix = picture.prefix
        if outermost:
            yield from _hooks(f"{prefix}startup", "Startup hooks", picture.startup)
        yield from self._steps(picture)
        if outermost:
            yield from _hooks(f"{prefix}shutdown", "Shutdown hooks", picture.shutdown)
        if picture.roots:
            yield f'{prefix}start(["Start"]):::startStyle'
            yield f'{prefix}end(["End"]):::endStyle'
        isolated = {node.id for node in picture.nodes if node.is_isolated}
        yield from (f"{prefix}start --> {root}" for root in picture.roots if root not in isolated)
        yield from map(_edge, picture.edges)
        yield from (f"{leaf} --> {prefix}end" for leaf in picture.leaves if leaf not in isolated)
        if outermost and picture.startup and picture.roots:
            yield f"{prefix}startup -.-> {prefix}start"
        if outermost and picture.shutdown and picture.roots:
            yield f"{prefix}end -.-> {prefix}shutdown"

    def _steps(self, picture: VisualAST) -> Iterator[str]:
        nodes = {node.id: node for node in picture.nodes}
        drawn: set[str] = set()
        for group in picture.groups:
            # A step stands in one box only, that of the first step which it follows.
            members = [nodes[member] for member in group.members if member not in drawn]
            drawn.update(node.id for node in members)
            if members:
                yield from self._box(group.id, "Parallel", members)
        isolated = [node for node in picture.nodes if node.is_isolated]
        for node in picture.nodes:
            if node.id not in drawn and not node.is_isolated:
                yield from self._node(node)
        if isolated:
            yield from self._box(f"{picture.prefix}utilities", "Utilities", isolated)

    def _box(self, name: str, title: str, nodes: Iterable[VisualNode]) -> Iterator[str]:
        yield f'subgraph {name}["{title}"]'
        for node in nodes:
            yield from _indented(self._node(node))
        yield "end"

    def _node(self, node: VisualNode) -> Iterator[str]:
        yield f"{node.id}{_shape(node)}"
        yield f"class {node.id} {'map' if node.is_worker else _CLASSES[node.kind]}Style;"
        if node.sub is not None:
            inner = f"{node.id}_sub"
            yield f'subgraph {inner}["{escaped(node.sub.name)}"]'
            yield from _indented(self._body(node.sub))
            yield "end"
            yield f"{node.id} -.-> {inner}"


def generate_mermaid_graph(pipe: Pipe[Any, Any], theme: MermaidTheme | None = None) -> str:
    """A pipe as a Mermaid flowchart.

    Args:
        pipe: The pipe.
        theme: How it looks.

    Raises:
        DefinitionError: A target does not exist.
    """
    return MermaidRenderer(theme).render(picture_of(pipe))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _hooks(name: str, title: str, hooks: tuple[str, ...]) -> Iterator[str]:
    if not hooks:
        return
    yield f'subgraph {name}["{title}"]'
    for number, hook in enumerate(hooks):
        yield f'    {name}{number}>"{_title(hook)}"]:::hookStyle'
    yield "end"


def _shape(node: VisualNode) -> str:
    label = _title(node.name) + (" (Any)" if node.is_any else "")
    if node.is_worker:
        return f'@{{ shape: procs, label: "{label}" }}'
    opening, closing = _SHAPES[node.kind]
    return f"{opening}{label}{closing}"


def _edge(edge: VisualEdge) -> str:
    if edge.kind is VisualEdgeKind.EACH:
        return f"{edge.source} -. each .-> {edge.target}"
    if edge.kind is VisualEdgeKind.DYNAMIC:
        return f"{edge.source} -. dynamic .-> {edge.target}"
    if edge.label is not None:
        return f'{edge.source} -- "{escaped(edge.label)}" --> {edge.target}'
    return f"{edge.source} --> {edge.target}"


def _title(name: str) -> str:
    """A name as a title: words with capitals; what is no word of letters stays as it is."""
    words = name.replace("_", " ").split()
    return escaped(" ".join(word[:1].upper() + word[1:] for word in words) or name)


def escaped(text: str) -> str:
    """A label in which everything but plain letters is an entity, which Mermaid shows as the character."""
    return "".join(char if char in _PLAIN else f"#{ord(char)};" for char in text)
