"""Patches of `rjsf.json`, as the spec's `rjsf-overrides` write them.

A key that itself holds dots is found without quotes if it is there already (the longest match wins). A number steps
into a list, and a reference is stepped through: what is patched then is a copy of the definition, at that place alone.
Mappings merge, everything else replaces. Nothing that was there before is changed in place: what lies along the path is
copied.
"""

from __future__ import annotations

from typing import Any

from wt_compiler.dag import Override
from wt_compiler.definitions import Schema
from wt_compiler.override_path import first
from wt_compiler.override_target import missing_property, seen_through


class OverrideRefusedError(ValueError):
    """A path leads through something that cannot hold it; the message says where."""


def apply(document: Schema, override: Override) -> Schema:
    """Put one override into a document.

    Args:
        document: The content of `rjsf.json`. Not changed.
        override: What to put where.

    Returns:
        A copy that shares everything beside the path; the document itself if the path names an instance, group,
        parameter, definition or item of a list that is not there, which the check of the spec warns of.

    Raises:
        OverrideRefusedError: If the path leads through a scalar, or into a list without a number.
    """
    section = document.get(override.section, {})
    path = override.parts
    if not _has_target(document, override.section, path):
        return document
    definitions = document.get("$defs", {}) if override.section != "uiSchema" else {}
    patched = _Patch(definitions, override.value).put(section, path, override.section)
    return {**document, override.section: patched}


def merged(old: Any, new: Any, definitions: dict[str, Any]) -> Any:
    """Two values as one: mappings key by key, everything else the new one.

    Args:
        old: What is there. Not changed.
        new: What is put over it.
        definitions: What references in the old one point to.
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    if "$ref" not in new:
        for key in [key for key, value in new.items() if isinstance(value, dict)]:
            old = seen_through(old, (key,), definitions)
    parts = {key: merged(old[key], value, definitions) if key in old else value for key, value in new.items()}
    return {**old, **parts}


def _has_target(document: Schema, section: str, path: tuple[str, ...]) -> bool:
    """Whether the names along a path exist, down to the parameter; what lies inside of it may be new."""
    if section == "uiSchema":
        return True
    node = document.get(section, {})
    key, rest = first(path, node)
    if section == "$defs" and not rest:
        return True
    if key not in node:
        return False
    return missing_property(node[key], rest, document.get("$defs", {})) is None


class _Patch:
    def __init__(self, definitions: dict[str, Any], value: Any) -> None:
        self._definitions = definitions
        self._value = value

    def put(self, node: Any, path: tuple[str, ...], where: str) -> Any:
        if not path:
            return merged(node, self._value, self._definitions)
        if len(path) > 1 or isinstance(self._value, dict):
            node = seen_through(node, path, self._definitions)
        key, rest = first(path, node if isinstance(node, dict) else ())
        if isinstance(node, dict):
            return {**node, key: self.put(node[key] if key in node else _absent(rest), rest, f"{where}.{key}")}
        if isinstance(node, list):
            return self._put_into_list(node, key, rest, where)
        raise OverrideRefusedError(f"{where} is {_kind(node)}, which holds no {key!r}")

    def _put_into_list(self, node: list[Any], key: str, rest: tuple[str, ...], where: str) -> list[Any]:
        if not (key.isascii() and key.isdecimal() and int(key) < len(node)):
            raise OverrideRefusedError(f"{where} is a list of {len(node)}, which has no item {key!r}")
        copy = list(node)
        copy[int(key)] = self.put(node[int(key)], rest, f"{where}.{key}")
        return copy


def _absent(rest: tuple[str, ...]) -> dict[str, Any] | None:
    return {} if rest else None


def _kind(node: Any) -> str:
    if node is None:
        return "null"
    return {bool: "a boolean", int: "a number", float: "a number", str: "a text"}.get(type(node), type(node).__name__)
