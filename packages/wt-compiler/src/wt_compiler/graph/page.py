"""A page with the picture of a workflow that zooms, and shows the arguments of a step that is clicked."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from wt_compiler.dag import Dag
from wt_compiler.emit.expressions import ExpressionSource
from wt_compiler.emit.literals import Literals
from wt_compiler.emit.templating import render
from wt_compiler.graph.opened import Opened, Step
from wt_compiler.graph.qualities import qualities, ways

_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)


def to_page(dag: Dag, svg: bytes) -> str:
    """The page, a single file that needs nothing else.

    Args:
        dag: The workflow.
        svg: Its picture, as `to_dot` and Graphviz made it: the title of a node is `n` and its number.
    """
    title = str(dag.metadata.get("name") or dag.id)
    steps = {f"n{place}": _details(step) for place, step in enumerate(Opened(dag).steps)}
    data = json.dumps(steps, ensure_ascii=False).replace("<", "\\u003c")
    picture = _PROLOGUE.sub("", svg.decode())
    return render("graph.html.jinja", title=html.escape(title), svg=picture, data=data)


def _details(step: Step) -> dict[str, Any]:
    instance = step.instance
    write = Literals(ExpressionSource(lambda name: f"workflow.{name}.return", lambda _: False).source).source
    arguments = {name: write(value) for name, value in instance.partial.items()}
    mapping = instance.mapping
    open_ones = [name for name in instance.task.entry.json_schema.get("properties", {}) if name not in instance.bound]
    return {
        "id": step.path,
        "title": instance.title,
        "task": instance.task.dotted_path,
        "description": instance.task.entry.metadata.description or "",
        "how": f"{mapping.method} over {', '.join(mapping.argnames)}: {write(mapping.argvalues)}" if mapping else "",
        "loop": instance.loop.text if instance.loop else "",
        "within": [": ".join([use.id, *filter(None, [", ".join(qualities(use))])]) for use in step.within],
        "branch": f"{instance.branch.switch}: {instance.branch.case}" if instance.branch else "",
        "ways": ways(instance),
        "asks": write(instance.approval.reason) if instance.approval else "",
        "when": instance.when.text if instance.when else "",
        "skipped": [use.entry.function_name for use in instance.skipif.conditions] if instance.skipif else [],
        "arguments": arguments,
        "open": [name for name in open_ones if name != "return"],
    }
