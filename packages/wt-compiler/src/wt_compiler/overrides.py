"""Patches of `rjsf.json`, as the spec's `rjsf-overrides` write them.

A path is split at its dots; a key that itself holds dots is found if it is there already (the longest match wins).
A number steps into a list. Mappings merge, everything else replaces. Nothing that was there before is changed in
place: what lies along the path is copied.
"""

from __future__ import annotations

from typing import Any

from wt_compiler.dag import Override
from wt_compiler.definitions import Schema


class OverrideRefusedError(ValueError):
    """A path leads through something that cannot hold it; the message says where."""


def apply(document: Schema, override: Override) -> Schema:
    """Put one override into a document.

    Args:
        document: The content of `rjsf.json`. Not changed.
        override: What to put where.

    Returns:
        A copy that shares everything beside the path.

    Raises:
        OverrideRefusedError: If the path leads through a scalar, or past the end of a list.
    """
    section = document.get(override.section, {})
    patched = _patch(section, override.path.split("."), override.value, override.section)
    return {**document, override.section: patched}


def merged(old: Any, new: Any) -> Any:
    """Two values as one: mappings key by key, everything else the new one."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{key: merged(old[key], value) if key in old else value for key, value in new.items()}}


def step(node: Any, path: list[str]) -> tuple[str, list[str]]:
    """The next key of a path, and what is left of it.

    Args:
        node: Where the path stands; only the keys of a mapping matter.
        path: The parts of the path, at least one.

    Returns:
        The longest run of parts that, joined by dots, is a key of the node; the first part alone if none is.
    """
    if isinstance(node, dict):
        for length in range(len(path), 1, -1):
            key = ".".join(path[:length])
            if key in node:
                return key, path[length:]
    return path[0], path[1:]


def _patch(node: Any, path: list[str], value: Any, where: str) -> Any:
    if not path:
        return merged(node, value)
    key, rest = step(node, path)
    if isinstance(node, dict):
        return {**node, key: _patch(node[key] if key in node else _absent(rest), rest, value, f"{where}.{key}")}
    if isinstance(node, list):
        return _patch_list(node, key, rest, value, where)
    raise OverrideRefusedError(f"{where} is {_kind(node)}, which holds no {key!r}")


def _patch_list(node: list[Any], key: str, rest: list[str], value: Any, where: str) -> list[Any]:
    if not (key.isascii() and key.isdecimal() and int(key) < len(node)):
        raise OverrideRefusedError(f"{where} is a list of {len(node)}, which has no item {key!r}")
    copy = list(node)
    copy[int(key)] = _patch(node[int(key)], rest, value, f"{where}.{key}")
    return copy


def _absent(rest: list[str]) -> dict[str, Any] | None:
    return {} if rest else None


def _kind(node: Any) -> str:
    if node is None:
        return "null"
    return {bool: "a boolean", int: "a number", float: "a number", str: "a text"}.get(type(node), type(node).__name__)
