"""Patches of `rjsf.json`, as the spec's `rjsf-overrides` write them.

A key that itself holds dots is found without quotes if it is there already (the longest match wins). A number steps
into a list. Mappings merge, everything else replaces. Nothing that was there before is changed in place: what lies
along the path is copied.
"""

from __future__ import annotations

from typing import Any

from wt_compiler.dag import Override
from wt_compiler.definitions import Schema
from wt_compiler.override_path import first
from wt_compiler.schemas import GROUP_MARKER


class OverrideRefusedError(ValueError):
    """A path leads through something that cannot hold it; the message says where."""


def apply(document: Schema, override: Override) -> Schema:
    """Put one override into a document.

    Args:
        document: The content of `rjsf.json`. Not changed.
        override: What to put where.

    Returns:
        A copy that shares everything beside the path; the document itself if the path names an instance, group,
        parameter or definition that is not there, which the check of the spec warns of.

    Raises:
        OverrideRefusedError: If the path leads through a scalar, or past the end of a list.
    """
    section = document.get(override.section, {})
    path = override.parts
    if not _has_target(document, override.section, path):
        return document
    patched = _patch(section, path, override.value, override.section)
    return {**document, override.section: patched}


def merged(old: Any, new: Any) -> Any:
    """Two values as one: mappings key by key, everything else the new one."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{key: merged(old[key], value) if key in old else value for key, value in new.items()}}


def _has_target(document: Schema, section: str, path: tuple[str, ...]) -> bool:
    """Whether the names along a path exist, down to the parameter; what lies inside of it may be new."""
    if section == "uiSchema":
        return True
    node = document.get(section, {})
    key, rest = first(path, node)
    if section == "$defs":
        return key in node or not rest
    if key not in node:
        return False
    schema = node[key]
    for _ in range(2 if schema.get(GROUP_MARKER) else 1):
        if rest[:1] != ("properties",) or len(rest) == 1:
            return True
        names = schema["properties"]
        key, rest = first(rest[1:], names)
        if key not in names:
            return False
        schema = names[key]
    return True


def _patch(node: Any, path: tuple[str, ...], value: Any, where: str) -> Any:
    if not path:
        return merged(node, value)
    key, rest = first(path, node if isinstance(node, dict) else ())
    if isinstance(node, dict):
        return {**node, key: _patch(node[key] if key in node else _absent(rest), rest, value, f"{where}.{key}")}
    if isinstance(node, list):
        return _patch_list(node, key, rest, value, where)
    raise OverrideRefusedError(f"{where} is {_kind(node)}, which holds no {key!r}")


def _patch_list(node: list[Any], key: str, rest: tuple[str, ...], value: Any, where: str) -> list[Any]:
    if not (key.isascii() and key.isdecimal() and int(key) < len(node)):
        raise OverrideRefusedError(f"{where} is a list of {len(node)}, which has no item {key!r}")
    copy = list(node)
    copy[int(key)] = _patch(node[int(key)], rest, value, f"{where}.{key}")
    return copy


def _absent(rest: tuple[str, ...]) -> dict[str, Any] | None:
    return {} if rest else None


def _kind(node: Any) -> str:
    if node is None:
        return "null"
    return {bool: "a boolean", int: "a number", float: "a number", str: "a text"}.get(type(node), type(node).__name__)
