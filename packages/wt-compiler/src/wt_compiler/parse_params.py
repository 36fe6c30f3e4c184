"""The `params` of a spec: parameters of the workflow as a whole."""

from __future__ import annotations

import keyword
from typing import Any, Final

from wt_contracts.codes import Code

from wt_compiler.document import MapNode, Node, ScalarNode, plain
from wt_compiler.findings import Findings
from wt_compiler.parameters import JSON_TYPES
from wt_compiler.shape import check_keys, is_null, read_list, read_map, read_string
from wt_compiler.spec import Name, ParameterSpec

KEYS: Final = ("type", "title", "description", "default", "enum", "schema")


def read_params(node: Node | None, findings: Findings) -> tuple[ParameterSpec, ...]:
    """Read the parameters of a workflow.

    Args:
        node: The value of `params`.
        findings: Gets what is wrong.
    """
    return read_fields(node, "'params'", "the parameter", findings)


def read_fields(node: Node | None, what: str, one: str, findings: Findings) -> tuple[ParameterSpec, ...]:
    """Read things that a person can fill in, by name.

    Args:
        node: The mapping.
        what: What it is called.
        one: What one of them is called.
        findings: Gets what is wrong.
    """
    if node is None or is_null(node):
        return ()
    params = read_map(node, what, findings)
    found: list[ParameterSpec] = []
    for name, entry in params.entries.items() if params else ():
        _check_name(Name(name, entry.key.position), one, findings)
        parameter = read_map(entry.value, f"{one} {name!r}", findings, "write '{type: string}', for example")
        schema = _read_schema(f"{one} {name!r}", parameter, findings) if parameter is not None else {}
        default = parameter.get("default") if parameter is not None else None
        found.append(ParameterSpec(Name(name, entry.key.position), schema, default))
    return tuple(found)


def _check_name(name: Name, one: str, findings: Findings) -> None:
    if not name.text.isidentifier() or keyword.iskeyword(name.text) or name.text.startswith("_"):
        message = f"{name.text!r} cannot be the name of a {one.split()[-1]}"
        findings.error(Code.WRONG_IDENTIFIER, message, name.position, "use letters, digits and underscores")


def _read_schema(what: str, node: MapNode, findings: Findings) -> dict[str, Any]:
    check_keys(node, KEYS, what, findings)
    schema: dict[str, Any] = {}
    inner = node.get("schema")
    if inner is not None and (read := read_map(inner, "'schema'", findings)) is not None:
        schema = plain(read)
        for key in node.entries.keys() & read.entries.keys():
            message = f"{what} has {key!r} twice: here, and in its 'schema'"
            findings.error(Code.WRONG_VALUE, message, node.entries[key].key.position, "keep one of them")
    for key in ("title", "description"):
        if (text := node.get(key)) is not None:
            schema[key] = read_string(text, f"{key!r}", findings)
    if (kind := node.get("type")) is not None and (types := _read_type(kind, findings)):
        schema["type"] = types
    if (values := node.get("enum")) is not None and (listed := read_list(values, "'enum'", findings)):
        schema["enum"] = plain(listed)
    if (default := node.get("default")) is not None:
        schema["default"] = plain(default)
    return schema


def _read_type(node: Node, findings: Findings) -> Any:
    """The type, or the list of types; None if there is no such type."""
    types = plain(node)
    for item in [node] if isinstance(node, ScalarNode) else getattr(node, "items", [node]):
        kind = read_string(item, "'type'", findings)
        if kind is not None and kind not in JSON_TYPES:
            hint = findings.suggest(kind, JSON_TYPES, f"known are {', '.join(sorted(JSON_TYPES))}")
            findings.error(Code.WRONG_VALUE, f"there is no type {kind!r}", item.position, hint)
            types = None
    return types
