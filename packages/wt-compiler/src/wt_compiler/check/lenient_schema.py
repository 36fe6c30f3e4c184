"""A task's schema, made to accept what a spec may write beside what a form may send.

- A `type` of a library's own, such as a data frame, says nothing about literals.
- The default of a parameter is accepted wherever it stands, also where the schema hides its type (`SkipJsonSchema`).
- A hole stands for a value that is known only when the workflow runs, and is accepted everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from wt_compiler.parameters import JSON_TYPES

HOLE: Final = "${{ … }}"
"""Shown in messages; no literal is this text, because it is no expression."""

DEEPEST: Final = 100
"""Schemas nested deeper than this accept everything."""

_ONE: Final = frozenset(
    {
        "items",
        "additionalItems",
        "additionalProperties",
        "contains",
        "else",
        "if",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
_MANY: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
_UNDECIDABLE: Final = frozenset({"contains", "else", "if", "not", "then", "uniqueItems"})
"""What says nothing of a value with a hole in it: it may hold, whatever fills the hole."""


def lenient_schema(schema: dict[str, Any], *, holes: bool) -> dict[str, Any]:
    """The schema of a task's parameters, for literals.

    Args:
        schema: As the registry has it. Not changed.
        holes: Whether the literals have holes. Then `oneOf` counts as `anyOf`, because a hole may fit several.
    """
    return _rewrite_keywords(schema, holes, 0)


def _rewrite(schema: Any, holes: bool, depth: int) -> Any:
    if not isinstance(schema, dict):
        return schema
    if depth > DEEPEST:
        return True
    kinds = schema.get("type", "object")
    if any(kind not in JSON_TYPES for kind in (kinds if isinstance(kinds, list) else [kinds])):
        return True
    accepted = [schema["default"]] if "default" in schema else []
    if holes:
        accepted.append(HOLE)
    rewritten = _rewrite_keywords(schema, holes, depth)
    return {"if": {"enum": accepted}, "else": rewritten} if accepted else rewritten


def _rewrite_keywords(schema: dict[str, Any], holes: bool, depth: int) -> dict[str, Any]:
    rewritten: dict[str, Any] = {}
    recurse: Callable[[Any], Any] = lambda inner: _rewrite(inner, holes, depth + 1)  # noqa: E731 - keeps the branches short
    for keyword, value in schema.items():
        if holes and keyword in _UNDECIDABLE:
            continue
        if keyword in _ONE:
            rewritten[keyword] = recurse(value)
        elif keyword in _MANY and isinstance(value, list):
            target = "anyOf" if holes and keyword == "oneOf" and "anyOf" not in schema else keyword
            rewritten[target] = [recurse(inner) for inner in value]
        elif keyword in _NAMED and isinstance(value, dict):
            rewritten[keyword] = {name: recurse(inner) for name, inner in value.items()}
        else:
            rewritten[keyword] = value
    return rewritten
