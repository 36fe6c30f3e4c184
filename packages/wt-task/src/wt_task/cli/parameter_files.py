"""The files that the parameters of a run name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_FORMATS = frozenset({"path", "file-path"})
_TOGETHER = ("anyOf", "oneOf", "allOf")


def named_files(params: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The paths among parameters that are those of files, by their schema.

    Args:
        params: The parameters.
        schema: What they meet: the content of `params.json`.

    Returns:
        Each path once, in the order in which they are given.
    """
    from os.path import isfile

    found = dict.fromkeys(_paths(params, schema, schema.get("$defs", {})))
    return [path for path in found if "\0" not in path and isfile(path)]  # noqa: PTH113 - pathlib costs an import


def _paths(value: Any, schema: Any, definitions: dict[str, Any]) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield from _paths(value, definitions.get(reference.rpartition("/")[2]), definitions)
    for keyword in _TOGETHER:
        for part in schema.get(keyword, ()):
            yield from _paths(value, part, definitions)
    if isinstance(value, str) and schema.get("format") in _FORMATS:
        yield value
    elif isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            yield from _paths(item, properties.get(key, others), definitions)
    elif isinstance(value, list):
        first = schema.get("prefixItems", [])
        for place, item in enumerate(value):
            yield from _paths(item, first[place] if place < len(first) else schema.get("items"), definitions)
