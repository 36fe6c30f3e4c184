"""Types in words."""

from __future__ import annotations

import json
from typing import Any, Final

from wt_compiler.types.answer import Mismatch, Reason
from wt_compiler.types.schema_type import SKIPPED, Type, alternatives, kind, listed
from wt_compiler.wording import shorten

_ONE: Final = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "a mapping",
}
_MANY: Final = {
    "string": "texts",
    "number": "numbers",
    "integer": "whole numbers",
    "boolean": "truth values",
    "array": "lists",
    "object": "mappings",
}
_MOST: Final = 4
_DEEPEST: Final = 3
_FORMATS: Final = {"date": "a date", "date-time": "a date and time", "time": "a time", "duration": "a duration"}


def describe(of: Type, depth: int = 0) -> str:
    """A type in a few words, such as `a list of texts`."""
    options = alternatives(of)
    if options is None:
        return "something"
    words = list(dict.fromkeys(_part(option, depth) for option in options))
    if len(words) > _MOST:
        words = [*words[: _MOST - 1], "others"]
    return " or ".join(words)


def explain(mismatch: Mismatch) -> str:
    """What does not fit, as the end of a sentence; empty if it is the whole."""
    place = path_text(mismatch)
    at = f"at {place}, " if place else ""
    if mismatch.reason is Reason.MISSING:
        return f"{at}the field {mismatch.name!r} is missing"
    if mismatch.reason is Reason.EXTRA:
        return f"{at}there is no field {mismatch.name!r}"
    if mismatch.reason is Reason.LENGTH:
        return f"{at}the length does not fit"
    if mismatch.reason is Reason.NULL:
        return f"{at}it may be null" if not _skipped(mismatch.given) else f"{at}it may have been skipped"
    if not place:
        return "" if mismatch.reason is Reason.KIND else f"{describe(mismatch.given)} is not accepted"
    return f"{at}{describe(mismatch.given)} stands instead of {describe(mismatch.wanted)}"


def path_text(mismatch: Mismatch) -> str:
    """Where it does not fit: `[].name`, where `[]` is any element."""
    text = ""
    for step in mismatch.path:
        text += "[]" if step is None else f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _skipped(of: Type) -> bool:
    return bool(of.get("title") == SKIPPED)


def _part(of: Type, depth: int) -> str:
    name = kind(of)
    if "const" in (of.schema if isinstance(of.schema, dict) else {}):
        return _value(of.schema["const"])
    values = listed(of.get("enum"))
    if values:
        shown = [_value(value) for value in values[:_MOST]]
        return " or ".join([*shown, "others"] if len(values) > _MOST else shown)
    if name is None:
        return "something"
    if name == "array" and depth < _DEEPEST:
        return _list(of, depth)
    title = of.get("title")
    if name == "object" and isinstance(title, str) and of.get("properties"):
        return _one(shorten(title))
    if name == "null" and _skipped(of):
        return "what a skipped step gives"
    return _FORMATS.get(str(of.get("format")), _ONE.get(name) or _one(name.rpartition(".")[2]))


def _one(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def _list(of: Type, depth: int) -> str:
    first = listed(of.get("prefixItems"))
    if first:
        parts = [describe(of.inner(schema), depth + 1) for schema in first[:_MOST]]
        return f"({', '.join(parts)}{', …' if len(first) > _MOST else ''})"
    items = of.get("items")
    if items is None:
        return "a list"
    options = alternatives(of.inner(items)) or []
    single = options[0] if len(options) == 1 else None
    name = kind(single) if single is not None else None
    vague = single is not None and any(single.get(keyword) for keyword in ("enum", "format", "properties"))
    if name in _MANY and name != "array" and not vague:
        return f"a list of {_MANY[name]}"
    if single is not None and single.get("properties") and isinstance(single.get("title"), str):
        return f"a list of {shorten(single.schema['title'])}"
    described = describe(of.inner(items), depth + 1)
    return "a list" if described == "something" else f"a list of ({described})"


def _value(value: Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False, default=str))
