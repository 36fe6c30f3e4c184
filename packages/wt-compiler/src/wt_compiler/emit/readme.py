"""`README.md` and `VERSION.yaml`: what the workflow is, for a person who has only the workspace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from wt_compiler import version
from wt_compiler.dag import Instance
from wt_compiler.emit import Files
from wt_compiler.emit.one_line import one_line
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow
from wt_compiler.forms import OpenParameter, open_parameters

_LONGEST_CELL = 160


class Parameter(Struct, frozen=True):
    """One row of the table of parameters."""

    step: str
    name: str
    type: str
    required: bool
    default: str
    description: str


def emit(workflow: Workflow) -> Files:
    """`README.md` and `VERSION.yaml`."""
    parameters = [_row(each) for each in open_parameters(workflow.forms.params, workflow.dag)]
    text = render(
        "README.md.jinja",
        workflow=workflow,
        how=_how,
        parameters=parameters,
        required=list(_needed(parameters)),
    )
    return {"README.md": text, version.FILE: workflow.stamp.to_yaml()}


def _how(instance: Instance) -> str:
    """How a step is called, in a few words."""
    mapping = instance.mapping
    words = ["once"] if mapping is None else [f"for each {' and '.join(mapping.argnames)}"]
    if instance.loop:
        words = [instance.loop.text]
    if mapping is not None and mapping.method == "mapvalues":
        words.append("by key")
    if instance.branch:
        words.append(f"if {instance.branch.switch} is {instance.branch.case}")
    if instance.when:
        words.append(f"when {instance.when.text}")
    if instance.skipif and instance.skipif.conditions:
        conditions = ", ".join(use.entry.function_name for use in instance.skipif.conditions)
        words.append(f"unless {conditions}")
    return " ".join(words)


def _needed(parameters: list[Parameter]) -> Iterator[str]:
    """The lines of a file with the parameters that a run cannot do without."""
    before: list[str] = []
    for parameter in parameters:
        if not parameter.required:
            continue
        keys = parameter.step.split(".")
        for depth, key in enumerate(keys):
            if before[: depth + 1] != keys[: depth + 1]:
                yield f"{'  ' * depth}{key}:"
        before = keys
        yield f"{'  ' * len(keys)}{parameter.name}: # {parameter.type}"


def _row(parameter: OpenParameter) -> Parameter:
    schema = parameter.schema
    default = json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else ""
    return Parameter(
        step=parameter.step,
        name=parameter.name,
        type=type_name(schema),
        required=parameter.required,
        default=_shortened(default),
        description=_shortened(one_line(str(schema.get("description") or schema.get("title") or ""))),
    )


def type_name(schema: Any) -> str:
    """What a schema accepts, in a few words."""
    if not isinstance(schema, dict):
        return "any"
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if isinstance(schema.get("enum"), list):
        return _shortened(" or ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"]))
    if isinstance(schema.get("$ref"), str):
        return str(schema["$ref"]).rpartition("/")[2]
    for keyword in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(keyword), list) and schema[keyword]:
            return _shortened(" or ".join(dict.fromkeys(type_name(part) for part in schema[keyword])))
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(str(name) for name in kind)
    if kind == "array" and isinstance(schema.get("items"), dict):
        return _shortened(f"list of {type_name(schema['items'])}")
    return f"{kind} ({schema['format']})" if isinstance(schema.get("format"), str) else str(kind)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
