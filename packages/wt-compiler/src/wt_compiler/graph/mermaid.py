"""A workflow as a Mermaid flowchart, which Markdown viewers draw by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from wt_compiler.dag import Dag, Group, Instance
from wt_compiler.emit.one_line import one_line
from wt_compiler.graph.dot import kind
from wt_compiler.graph.palette import INK, KINDS

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
        Mermaid text: one node a task instance, one arrow a connection, one subgraph a group.
    """
    nodes = {instance.id: f"step{index}" for index, instance in enumerate(dag.instances)}
    lines = ["flowchart TD"]
    for index, item in enumerate(dag.items):
        if isinstance(item, Instance):
            lines.append(f"  {_node(nodes[item.id], item)}")
        else:
            lines.extend(_subgraph(f"group{index}", item, nodes))
    for instance in dag.instances:
        lines.extend(f"  {nodes[name]} --> {nodes[instance.id]}" for name in instance.dependencies)
    lines.extend(f"  {line}" for line in _CLASSES)
    lines.extend(f"  class {nodes[i.id]} skippable" for i in dag.instances if i.conditional)
    return "\n".join(lines) + "\n"


def _subgraph(name: str, group: Group, nodes: dict[str, str]) -> Iterator[str]:
    yield f'  subgraph {name}["{escaped(group.title)}"]'
    for instance in group.instances:
        yield f"    {_node(nodes[instance.id], instance)}"
    yield "  end"


def _node(name: str, instance: Instance) -> str:
    label = f"<b>{escaped(instance.title or instance.id)}</b><br/>{escaped(instance.task.entry.function_name)}"
    if instance.mapping:
        label += f"<br/>for each {escaped(', '.join(instance.mapping.argnames))}"
    if instance.when:
        label += f"<br/>when {escaped(instance.when.text)}"
    return f'{name}["{label}"]:::{kind(instance)}'


def escaped(text: str) -> str:
    """A text inside a quoted label; whatever Mermaid, Markdown or HTML could read as more than text is an entity."""
    return "".join(
        character if character.isalnum() or character in _HARMLESS else f"#{ord(character)};"
        for character in one_line(text)
    )
