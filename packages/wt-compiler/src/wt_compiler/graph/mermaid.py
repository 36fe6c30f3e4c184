"""A workflow as a Mermaid flowchart, which Markdown viewers draw by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from wt_compiler.dag import Dag, Instance
from wt_compiler.emit.one_line import one_line
from wt_compiler.graph.dot import kind
from wt_compiler.graph.opened import Frame, Opened, Step
from wt_compiler.graph.palette import INK, KINDS
from wt_compiler.graph.qualities import qualities

_CLASSES = (
    *(f"classDef {name} fill:{fill},stroke:{border},color:{INK}" for name, (fill, border) in KINDS.items()),
    "classDef skippable stroke-dasharray:4 3",
)
_HARMLESS = frozenset(" .,:;!?+-/()_='")


def to_mermaid(dag: Dag) -> str:
    """The flowchart of a workflow.

    Args:
        dag: The workflow.

    Returns:
        Mermaid text: one node a task instance, one arrow a connection, one subgraph a group or sub-workflow.
    """
    opened = Opened(dag)
    nodes = {step.path: f"step{index}" for index, step in enumerate(opened.steps)}
    lines = ["flowchart TD"]
    for index, part in enumerate(opened.parts):
        lines.extend(f"  {line}" for line in _drawn(part, f"group{index}", nodes))
    for path, sources in opened.edges.items():
        lines.extend(f"  {nodes[source]} --> {nodes[path]}" for source in sources)
    lines.extend(f"  {line}" for line in _CLASSES)
    lines.extend(f"  class {nodes[step.path]} skippable" for step in opened.steps if step.instance.conditional)
    return "\n".join(lines) + "\n"


def _drawn(part: Step | Frame, name: str, nodes: dict[str, str]) -> Iterator[str]:
    if isinstance(part, Step):
        yield _node(nodes[part.path], part.instance)
        return
    yield f'subgraph {name}["{escaped(", ".join([part.title, *part.details]))}"]'
    for index, inner in enumerate(part.parts):
        yield from (f"  {line}" for line in _drawn(inner, f"{name}_{index}", nodes))
    yield "end"


def _node(name: str, instance: Instance) -> str:
    lines = [instance.task.entry.function_name, *qualities(instance)]
    label = "<br/>".join([f"<b>{escaped(instance.title or instance.id)}</b>", *map(escaped, lines)])
    return f'{name}["{label}"]:::{kind(instance)}'


def escaped(text: str) -> str:
    """A text inside a quoted label; whatever Mermaid, Markdown or HTML could read as more than text is an entity."""
    return "".join(
        character if character.isalnum() or character in _HARMLESS else f"#{ord(character)};"
        for character in one_line(text)
    )
