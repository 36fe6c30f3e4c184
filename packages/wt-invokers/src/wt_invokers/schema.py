"""Looking into the schema of parameters: what a parameter is, and whether a value fits it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def member(schema: dict[str, Any], path: Sequence[str]) -> dict[str, Any] | None:
    """The schema of a parameter.

    Args:
        schema: The schema of all parameters.
        path: The step, the parameter, and what is inside it.

    Returns:
        Its schema with `$ref`s at its head followed, or None if the schema does not say.
    """
    node: Any = resolve(schema, schema)
    for name in path:
        inside = node.get("properties", {}).get(name) if isinstance(node, dict) else None
        if inside is None:
            return None
        node = resolve(inside, schema)
    return node if isinstance(node, dict) else None


def resolve(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow the `$ref`, or the only entry of an `allOf`, at the head of a schema; what stands beside it wins."""
    for _ in range(20):  # a chain that long refers to itself
        whole = node.get("allOf", [])
        if "$ref" in node:
            target: Any = schema
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                target = target.get(part.replace("~1", "/").replace("~0", "~"), {})
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        elif len(whole) == 1:
            node = {**whole[0], **{key: value for key, value in node.items() if key != "allOf"}}
        else:
            break
    return node


def fits(value: Any, node: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether a value meets the schema of one parameter; `schema` is that of all, for its definitions."""
    try:
        return bool(_validator({**node, "$defs": schema.get("$defs", {})}).is_valid(value))
    except (ValueError, UnicodeEncodeError):  # a value or a schema that JSON Schema does not know
        return False


def reasons(value: Any, path: Sequence[str], node: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Why a value does not meet the schema of the parameter at `path`, a sentence each; empty if it does."""
    from wt_contracts.refusals import dotted, explain

    name = dotted(path)
    alone = {"properties": {name: node}, "$defs": schema.get("$defs", {})}
    try:
        errors = list(_validator(alone).iter_errors({name: value}))
    except UnicodeEncodeError:
        return [f"the parameter {name} is not Unicode"]
    return [diagnostic.message for diagnostic in explain(errors, alone)]


def _validator(schema: dict[str, Any]) -> Any:
    import jsonschema_rs
    from wt_contracts.formats import FORMATS

    return jsonschema_rs.validator_for(schema, formats=dict(FORMATS), validate_formats=True)


def missing(params: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The required parameters that have no value.

    Args:
        params: What is known.
        schema: The schema of all parameters.

    Yields:
        The path of each: its step and name, and the names inside it if only a part of it is missing.
    """
    for step in schema.get("properties", {}):
        yield from _missing(params.get(step, {}), (step,), schema)


def _missing(value: Any, path: tuple[str, ...], schema: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    node = member(schema, path)
    if node is None or not isinstance(value, dict):
        return
    for name in node.get("required", []):
        if name in value:
            yield from _missing(value[name], (*path, name), schema)
        else:
            yield (*path, name)
