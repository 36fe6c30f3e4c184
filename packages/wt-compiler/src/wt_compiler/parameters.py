"""What a task takes, read from the JSON schema of its parameters."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any, Final

JSON_TYPES: Final = frozenset({"string", "number", "integer", "boolean", "null", "array", "object"})
"""Any other `type` is a library's own, such as a data frame: no form can ask for it, and no literal is one."""

DEEPEST: Final = 50
"""Schemas nested deeper than this are taken to be describable."""


class Parameters:
    """The parameters of one task.

    Some may be missing from the schema, because a library hides them from forms; of those, older registries tell only
    the ones that are required. A spec may bind them all the same.

    Args:
        schema: The schema of the parameters.
        hidden: The parameters that it leaves out; None if it is not known which they are.

    Attributes:
        schema: The schema of the parameters.
        properties: The schema of each parameter that has one.
        required: The parameters without a default.
        named: Whether arguments have names; else the function takes any number of positional ones.
        open: Whether it takes arguments of any name.
        hidden: The parameters that are known to be missing from the schema.
        complete: Whether there are no others.
    """

    def __init__(self, schema: dict[str, Any], hidden: Collection[str] | None) -> None:
        self.schema = schema
        self.properties: dict[str, Any] = _mapping(schema.get("properties"))
        self.required = frozenset(name for name in schema.get("required") or () if isinstance(name, str))
        self.named = schema.get("type") != "array"
        self.open = self.named and schema.get("additionalProperties", True) is not False
        self.hidden = frozenset({*(hidden or ()), *self.required} - self.properties.keys() - {"return"})
        self.complete = hidden is not None or not self.named

    @property
    def names(self) -> list[str]:
        """The names of all parameters that are known."""
        return [*self.properties, *sorted(self.hidden)]

    def takes(self, name: str) -> bool:
        """Whether an argument of that name is known to be one."""
        return self.open or name in self.properties or name in self.hidden

    def unbound(self, bound: Collection[str]) -> list[str]:
        """The parameters that are left for a form, in order."""
        return [name for name in self.properties if name not in bound and name != "return"]

    def why_no_form(self, name: str) -> str | None:
        """What keeps a form from asking for a parameter, as the end of a sentence; None if a form can."""
        if name in self.hidden:
            return "it is in no form"
        reason = self._opaque(self.properties.get(name), frozenset(), 0)
        return f"no form can supply a {reason}" if reason else None

    @cached_property
    def definitions(self) -> dict[str, Any]:
        """The `$defs` of the schema."""
        return _mapping(self.schema.get("$defs"))

    def reachable(self, names: Collection[str]) -> set[str]:
        """The names of the `$defs` that the given parameters refer to, directly or not."""
        found: set[str] = set()
        stack: list[Any] = [self.properties[name] for name in names]
        while stack:
            schema = stack.pop()
            if isinstance(schema, dict):
                name = _definition_name(schema.get("$ref"))
                if name is not None and name not in found:
                    found.add(name)
                    stack.append(self.definitions.get(name))
                stack.extend(schema.values())
            elif isinstance(schema, list):
                stack.extend(schema)
        return found

    def _opaque(self, schema: Any, seen: frozenset[str], depth: int) -> str | None:
        if not isinstance(schema, dict) or depth > DEEPEST:
            return None
        kinds = schema.get("type")
        if isinstance(kinds, str) and kinds not in JSON_TYPES:
            return kinds
        name = _definition_name(schema.get("$ref"))
        target = self.definitions.get(name) if name is not None and name not in seen else None
        if target is not None and (reason := self._opaque(target, seen | {str(name)}, depth + 1)):
            return reason
        needed = [_mapping(schema.get("properties")).get(key) for key in schema.get("required") or ()]
        for part in [*_schemas(schema.get("allOf")), *needed, schema.get("items")]:
            if reason := self._opaque(part, seen, depth + 1):
                return reason
        for keyword in ("anyOf", "oneOf"):
            reasons = [self._opaque(part, seen, depth + 1) for part in _schemas(schema.get(keyword))]
            if reasons and all(reasons):
                return reasons[0]
        return None


def _definition_name(reference: Any) -> str | None:
    prefix = "#/$defs/"
    if not isinstance(reference, str) or not reference.startswith(prefix):
        return None
    return reference.removeprefix(prefix).replace("~1", "/").replace("~0", "~")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _schemas(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
