"""Fields that say which one of several models a value is: in a form the choice above them says it already."""

from __future__ import annotations

from typing import Any, Final

_HIDDEN: Final = {"ui:widget": "hidden"}
_UNIONS: Final = ("oneOf", "anyOf")


def hide_discriminators(schema: dict[str, Any], ui_schema: dict[str, Any]) -> dict[str, Any]:
    """Hide the fields of discriminators; they keep their values.

    Args:
        schema: The JSON Schema of a form.
        ui_schema: What is said of its fields already, which stays as it is.

    Returns:
        The `uiSchema` of React JSON Schema Form with these fields hidden.
    """
    return _merged(_hidden(schema, schema.get("$defs", {}), frozenset()), ui_schema)


def _hidden(schema: Any, definitions: dict[str, Any], seen: frozenset[str]) -> dict[str, Any]:
    """The fields to hide below a schema; a model inside of itself is left out."""
    if not isinstance(schema, dict):
        return {}
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name:
        return {} if name in seen else _hidden(definitions.get(name), definitions, seen | {name})
    found: dict[str, Any] = {}
    for field, child in schema.get("properties", {}).items():
        found |= {field: inner} if (inner := _hidden(child, definitions, seen)) else {}
    for key in ("items", "additionalProperties"):
        found |= {key: inner} if (inner := _hidden(schema.get(key), definitions, seen)) else {}
    for key in _UNIONS:
        for branch in schema.get(key, ()):
            found = _merged(found, _hidden(branch, definitions, seen))
    discriminator = schema.get("discriminator")
    if isinstance(discriminator, dict) and "propertyName" in discriminator:
        found[discriminator["propertyName"]] = _HIDDEN
    return found


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both; what the other one says wins."""
    merged = dict(one)
    for key, value in other.items():
        mine = merged.get(key)
        merged[key] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return merged
