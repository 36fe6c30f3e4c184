"""Where in a schema the path of an override leads, through references to definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from wt_compiler.definitions import PREFIX, Schema, defined_name
from wt_compiler.override_path import first


class Missing(NamedTuple):
    """A property, or an item of a list, that a path names and a schema does not have.

    Attributes:
        name: Its name, or the number of the item.
        known: The properties that are there.
        kind: What it would be.
    """

    name: str
    known: tuple[str, ...]
    kind: str = "property"


def missing_property(schema: Any, path: tuple[str, ...], definitions: Mapping[str, Any]) -> Missing | None:
    """The first property or item of a list along a path that is not there.

    Args:
        schema: Where the path begins.
        path: Its parts.
        definitions: What references point to.

    Returns:
        It; None if all are there, or nothing is known of what there is.
    """
    node = schema
    while path:
        if isinstance(node, list):
            index, path = path[0], path[1:]
            if not (index.isascii() and index.isdecimal()):
                return None
            if int(index) >= len(node):
                return Missing(index, (), "item")
            node = node[int(index)]
            continue
        node = seen_through(node, path, definitions)
        if not isinstance(node, dict):
            return None
        key, path = first(path, node)
        node = node.get(key)
        if key == "properties" and path and isinstance(node, dict) and node:
            name, path = first(path, node)
            if name not in node:
                return Missing(name, tuple(node))
            node = node[name]
    return None


def seen_through(node: Any, path: tuple[str, ...], definitions: Mapping[str, Any]) -> Any:
    """A schema whose reference would hide what a path leads to, with the content of the definition in its place.

    Whoever reads a schema takes what stands beside a reference for the whole of it: one property there would be the
    only one. The definition itself, and all others who refer to it, stay as they are.

    Args:
        node: A schema. Not changed.
        path: Where to; more than one part, or one that leads to what is to be merged.
        definitions: What references point to.

    Returns:
        The schema with the first part of the path in it, if the definition has it; else the schema.
    """
    opened = node
    for _ in definitions:  # a reference may lead to another, and those round in a circle
        if isinstance(opened, dict) and first(path, opened)[0] in opened:
            return opened
        definition = _referred(opened, definitions)
        if definition is None:
            return node
        opened = {**definition, **{key: value for key, value in opened.items() if key != "$ref"}}
    return opened if isinstance(opened, dict) and first(path, opened)[0] in opened else node


def _referred(node: Any, definitions: Mapping[str, Any]) -> Schema | None:
    reference = node.get("$ref") if isinstance(node, dict) else None
    if not isinstance(reference, str) or "/" in reference.removeprefix(PREFIX):
        return None
    found = definitions.get(defined_name(reference) or "")
    return found if isinstance(found, dict) else None
