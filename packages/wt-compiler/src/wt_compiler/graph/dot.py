"""A workflow as a graph in Graphviz's DOT language.

The labels are plain text, which every Graphviz understands; how their lines differ in weight and size is added to the
SVG afterwards (`typography`), which reads the number of title lines from a node's class.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from wt_compiler.dag import Dag, Instance
from wt_compiler.emit.one_line import one_line
from wt_compiler.graph.opened import Frame, Opened, Step
from wt_compiler.graph.palette import FAINT, FONT, FRAME, GROUND, INK, KINDS, LINE
from wt_compiler.graph.qualities import qualities

_WRAP = 26
_LONGEST_WORD = 40
_LONGEST = 90


def to_dot(dag: Dag) -> str:
    """The graph of a workflow.

    Args:
        dag: The workflow.

    Returns:
        DOT text: one node a task instance, one edge a connection, one cluster a group or sub-workflow.
    """
    opened = Opened(dag)
    nodes = {step.path: f"n{index}" for index, step in enumerate(opened.steps)}
    lines = ["digraph workflow {", *_defaults()]
    for index, part in enumerate(opened.parts):
        lines.extend(f"  {line}" for line in _drawn(part, f"cluster_{index}", nodes))
    for path, sources in opened.edges.items():
        lines.extend(f"  {nodes[source]} -> {nodes[path]};" for source in sources)
    return "\n".join([*lines, "}", ""])


def kind(instance: Instance) -> str:
    """What a node's colour says: `io`, `mapped` or `plain`."""
    return "io" if instance.task.is_io else "mapped" if instance.mapping else "plain"


def _defaults() -> Iterator[str]:
    yield f'  graph [fontname="{FONT}", fontsize=12, bgcolor="#ffffff", pad=0.25, nodesep=0.3, ranksep=0.42];'
    yield (
        f'  node [fontname="{FONT}", fontsize=11, fontcolor="{INK}", shape=box, style="rounded,filled", '
        'margin="0.2,0.1", penwidth=1.1];'
    )
    yield f'  edge [color="{LINE}", penwidth=1.0, arrowsize=0.65];'


def _drawn(part: Step | Frame, name: str, nodes: dict[str, str]) -> Iterator[str]:
    if isinstance(part, Step):
        yield _node(nodes[part.path], part.instance)
        return
    style = "rounded,filled,dashed" if part.instance and part.instance.conditional else "rounded,filled"
    title = wrapped(_shortened(part.title))
    label = quoted(*title, *(line for each in part.details for line in wrapped(_shortened(each))), end="\\l")
    yield f"subgraph {name} {{"
    yield f'  graph [label={label}, class="title{len(title)}", labeljust=l, fontcolor="{FAINT}", margin=14,'
    yield f'    style="{style}", color="{FRAME}", fillcolor="{GROUND}", penwidth=1.0];'
    for index, inner in enumerate(part.parts):
        yield from (f"  {line}" for line in _drawn(inner, f"{name}_{index}", nodes))
    yield "}"


def _node(name: str, instance: Instance) -> str:
    title = wrapped(_shortened(instance.title or instance.id)) or [instance.id]
    details = [instance.task.entry.function_name, *qualities(instance)]
    fill, border = KINDS[kind(instance)]
    style = "rounded,filled,dashed" if instance.conditional else "rounded,filled"
    return (
        f'{name} [label={quoted(*title, *map(_shortened, details))}, class="{kind(instance)} title{len(title)}", '
        f'fillcolor="{fill}", color="{border}", style="{style}"];'
    )


def wrapped(text: str) -> list[str]:
    """A text in lines of about the same length, as few as possible; only very long words are broken."""
    word = min(max(map(len, text.split()), default=1), _LONGEST_WORD)
    count = len(textwrap.wrap(text, max(_WRAP, word)))
    width = max(-(-len(text) // max(count, 1)), word)
    while len(lines := textwrap.wrap(text, width)) > count:
        width += 1
    return lines


def quoted(*lines: str, end: str = "") -> str:
    """Lines as a DOT string; entities that Graphviz would decode are kept as they are written.

    Args:
        lines: The lines.
        end: What each line ends with, as DOT has it for lines that are not centred.
    """
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"{}"'.format("".join(f"{line}{end}" for line in escaped) if end else "\\n".join(escaped))


def _shortened(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
