"""A pipeline as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from collections.abc import Mapping

from wt_engine.assembly import Assembly
from wt_engine.control import Stop
from wt_engine.definition import BarrierType, Draft, Mode
from wt_engine.events import NodeKind

_SHAPES = {
    NodeKind.STEP: ('["', '"]'),
    NodeKind.MAP: ('[["', '"]]'),
    NodeKind.SWITCH: ('{"', '"}'),
    NodeKind.SUB: ('[/"', '"/]'),
}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.,")


def mermaid(drafts: Mapping[str, Draft]) -> str:
    """The flowchart's text. Steps are numbered, so that no name can break its syntax.

    Args:
        drafts: The steps.

    Raises:
        DefinitionError: A target does not exist.
    """
    lines = ["graph TD"]
    _draw(drafts, "n", "    ", lines)
    return "\n".join(lines) + "\n"


def _draw(drafts: Mapping[str, Draft], prefix: str, indent: str, lines: list[str]) -> None:
    assembly = Assembly(drafts)
    for place, draft in enumerate(assembly.drafts):
        lines.append(f"{indent}{prefix}{place}{_shape(assembly, place)}")
        if draft.pipeline is not None:
            inner = f"{prefix}{place}_"
            lines.append(f'{indent}subgraph {inner}s["{escaped(draft.pipeline.name)}"]')
            _draw(draft.pipeline.drafts, inner, indent + "    ", lines)
            lines.append(f"{indent}end")
            lines.append(f"{indent}{prefix}{place} -.-> {inner}s")
    lines.extend(f'{indent}{prefix}start(["Start"]) --> {prefix}{root}' for root in assembly.roots)
    for place, draft in enumerate(assembly.drafts):
        lines.extend(indent + line for line in _edges(assembly, place, draft, prefix))


def _shape(assembly: Assembly, place: int) -> str:
    draft = assembly.drafts[place]
    label = escaped(draft.name)
    if draft.barrier_type is BarrierType.ANY and len(assembly.parents[place]) > 1:
        label += " (Any)"
    if place in assembly.workers:
        return f'@{{ shape: procs, label: "{label}" }}'
    opening, closing = _SHAPES[draft.kind]
    if draft.function.mode is Mode.STREAM and draft.kind is NodeKind.STEP:
        opening, closing = '(["', '"])'
    return f"{opening}{label}{closing}"


def _edges(assembly: Assembly, place: int, draft: Draft, prefix: str) -> list[str]:
    here = f"{prefix}{place}"
    if draft.kind is NodeKind.SWITCH:
        return _branches(assembly, draft, here, prefix)
    lines = [f"{here} --> {prefix}{target}" for target in assembly.edges[place]]
    if draft.each is not None:
        lines.append(f"{here} -. each .-> {prefix}{assembly.find(draft, draft.each, '')}")
    return lines


def _branches(assembly: Assembly, draft: Draft, here: str, prefix: str) -> list[str]:
    routes = list(draft.routes.items()) if isinstance(draft.routes, Mapping) else []
    if draft.default is not None:
        routes.append(("default", draft.default))
    ends = [
        f'{here}_stop(["Stop"])'
        if isinstance(target, Stop) or target is Stop
        else f"{prefix}{assembly.find(draft, target, '')}"
        for _, target in routes
    ]
    return [f'{here} -- "{escaped(str(value))}" --> {end}' for (value, _), end in zip(routes, ends, strict=True)]


def escaped(text: str) -> str:
    """A label in which everything but plain letters is an entity, which Mermaid shows as the character."""
    return "".join(char if char in _PLAIN else f"#{ord(char)};" for char in text)
