"""A pipeline over a warehouse as plain data and as a picture, for those who want to look at it without running it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wt_engine.events import NodeKind
from wt_engine.plan import NOWHERE, Node, Plan
from wt_engine.visualization.mermaid import escaped
from wt_engine.warehouse.blocks import Background, Condition, For, Parallel
from wt_engine.warehouse.callees import GoOn
from wt_engine.warehouse.tasks import Nested, Task, read_block

_SHAPES = {
    NodeKind.STEP: ('["', '"]'),
    NodeKind.MAP: ('[["', '"]]'),
    NodeKind.SWITCH: ('{"', '"}'),
    NodeKind.SUB: ('[/"', '"/]'),
}


def block_info(entry: Any) -> dict[str, Any]:
    """An entry of a list of steps as data that JSON can hold."""
    block = read_block(entry)
    if isinstance(block, Task):
        return _task_info(block)
    if isinstance(block, Nested):
        return {"name": block.name, "kind": "pipeline", "steps": steps_info(getattr(block.pipeline, "steps", ()))}
    if isinstance(block, Condition):
        sides = {"branch_true": steps_info(block.branch_true), "branch_false": steps_info(block.branch_false)}
        return {"name": repr(block), "kind": "condition", "expression": _text(block.expression), **sides}
    if isinstance(block, For):
        about = {"iterations": block.iterations, "validation_expression": _text(block.validation_expression)}
        return {"name": repr(block), "kind": "for", **about, "steps": steps_info(block.steps)}
    if isinstance(block, Parallel):
        about = {"max_workers": block.max_workers, "use_processes": block.use_processes}
        return {"name": repr(block), "kind": "parallel", **about, "steps": steps_info(block.steps)}
    assert isinstance(block, Background)
    return {"name": "background", "kind": "background", "steps": steps_info([block.step])}


def steps_info(entries: Any) -> list[dict[str, Any]]:
    """Entries of a list of steps as data that JSON can hold; nothing for what is no list, as the steps of a `Pipe`."""
    return [block_info(entry) for entry in entries] if isinstance(entries, Sequence) else []


def _task_info(task: Task) -> dict[str, Any]:
    settings = task.settings
    known = {
        "timeout": settings.timeout,
        "retry_count": settings.retry_count,
        "depends_on": None if settings.depends_on is None else list(settings.depends_on),
        "description": settings.description or None,
        "tags": list(settings.tags) or None,
        "metadata": dict(task.metadata) or None,
        "place": task.place,
    }
    about = {name: value for name, value in known.items() if value is not None}
    return {"name": task.name, "kind": "task", "version": settings.version, **about}


def _text(test: Any) -> str | None:
    return test if test is None or isinstance(test, str) else str(getattr(test, "__name__", test))


def flowchart(plan: Plan) -> str:
    """A plan as a Mermaid flowchart. Steps are numbered, so that no name can break its syntax."""
    lines = ["graph TD"]
    _draw(plan, "n", "    ", lines)
    return "\n".join(lines) + "\n"


def _draw(plan: Plan, prefix: str, indent: str, lines: list[str]) -> None:
    for node in plan.nodes:
        opening, closing = _SHAPES[node.kind]
        here = f"{prefix}{node.index}"
        lines.append(f"{indent}{here}{opening}{escaped(node.name)}{closing}")
        if node.pipeline is not None:
            lines.append(f'{indent}subgraph {here}_s["{escaped(node.pipeline.name)}"]')
            _draw(node.pipeline.prepared()[0], f"{here}_", indent + "    ", lines)
            lines.append(f"{indent}end")
            lines.append(f"{indent}{here} -.-> {here}_s")
    lines.extend(f'{indent}{prefix}start(["Start"]) --> {prefix}{root}' for root in plan.roots)
    for node in plan.nodes:
        lines.extend(f"{indent}{line}" for line in _edges(node, prefix))


def _edges(node: Node, prefix: str) -> list[str]:
    here = f"{prefix}{node.index}"
    labels: dict[int, str] = {}
    if isinstance(node.routes, Mapping):
        labels = {place: str(value).lower() for value, place in node.routes.items() if place != NOWHERE}
        if len(labels) == 1 and len(node.routes) == 2 and NOWHERE not in node.routes.values():
            labels = {}
    elif isinstance(node.routes, GoOn):
        labels = {place: "done" if place == node.default else "next round" for place in node.successors}
    lines = [
        f'{here} -- "{labels[place]}" --> {prefix}{place}' if place in labels else f"{here} --> {prefix}{place}"
        for place in node.successors
    ]
    return [*lines, *(f"{here} -.-> {prefix}{place}" for place in node.team)]
