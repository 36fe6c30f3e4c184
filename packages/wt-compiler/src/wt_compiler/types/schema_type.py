"""A type: a JSON Schema, and the definitions that it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct

from wt_compiler.definitions import PREFIX

SKIPPED: Final = "SkipSentinel"
"""The title of the schema of what a skipped step gives, which is null in JSON."""

ANNOTATIONS: Final = frozenset(
    {
        *("$comment", "$defs", "$id", "$schema", "$anchor", "default", "deprecated", "description", "discriminator"),
        *("examples", "readOnly", "title", "writeOnly", "definitions"),
    }
)
"""Keywords that refuse nothing."""

COMBINING: Final = ("$ref", "allOf", "anyOf", "oneOf")
MOST_FOLLOWED: Final = 50
"""How many references are followed in a row; more are a circle."""

_KINDS: Final = {bool: "boolean", int: "integer", str: "string", type(None): "null", list: "array", dict: "object"}


class Type(Struct, frozen=True, eq=False):
    """A schema with its definitions.

    Attributes:
        schema: The schema; in the place of a schema inside of it may stand a `Type` with definitions of its own.
        definitions: Its `$defs`.
    """

    schema: Any
    definitions: dict[str, Any]

    def inner(self, schema: Any) -> Type:
        """The type of a part of it."""
        if isinstance(schema, Type):
            return schema
        return Type(schema, self.definitions) if isinstance(schema, dict | bool) else UNKNOWN

    def get(self, keyword: str) -> Any:
        """What the schema says under a keyword; None if it says nothing."""
        return self.schema.get(keyword) if isinstance(self.schema, dict) else None


ANY: Final = Type({}, {})
UNKNOWN: Final = Type({"not": {"not": {}}}, {})
"""A type that nothing is said of: it may accept anything or nothing."""

STRING: Final = Type({"type": "string"}, {})
SETTING: Final = Type({"type": "string"}, {})
"""A text from outside, such as an environment variable, from which pydantic reads a number too where one is wanted."""

BOOLEAN: Final = Type({"type": "boolean"}, {})
INTEGER: Final = Type({"type": "integer"}, {})
NUMBER: Final = Type({"type": "number"}, {})
SKIP: Final = Type({"type": "null", "title": SKIPPED}, {})


def array_of(items: Type) -> Type:
    """A list of any length."""
    return Type({"type": "array", "items": items}, {})


def tuple_of(items: list[Type]) -> Type:
    """A list of exactly these."""
    size = len(items)
    return Type({"type": "array", "prefixItems": items, "items": False, "minItems": size, "maxItems": size}, {})


def object_of(properties: dict[str, Type]) -> Type:
    """A mapping with exactly these keys."""
    return Type(
        {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}, {}
    )


def union_of(types: list[Type]) -> Type:
    """One of several."""
    return types[0] if len(types) == 1 else Type({"anyOf": types}, {})


def constant(value: Any) -> Type:
    """Exactly one value."""
    return Type({"const": value}, {})


def target(of: Type) -> Type | None:
    """What the `$ref` of a type points to; None if it points to nothing that is known."""
    reference = of.get("$ref")
    if not isinstance(reference, str) or not reference.startswith(PREFIX):
        return None
    node: Any = of.definitions
    for token in reference.removeprefix(PREFIX).split("/"):
        key = unquote(token).replace("~1", "/").replace("~0", "~")
        node = node.get(key) if isinstance(node, dict) else None
    return of.inner(node) if isinstance(node, dict | bool | Type) else None


def conjuncts(of: Type) -> list[Type]:
    """The parts of a type that a value must meet all of, none of which refers or combines in more than one way.

    A part is either one with `anyOf` or `oneOf` alone, or one without any combining keyword.
    """
    if not isinstance(of.schema, dict):
        return [of]
    found: list[Type] = []
    stack = [of]
    followed = 0
    while stack:
        current = stack.pop()
        if not isinstance(current.schema, dict):
            found.append(current)
            continue
        followed += 1
        if followed > MOST_FOLLOWED:
            return [UNKNOWN]
        found.extend(_own(current))
        if "$ref" in current.schema:
            referred = target(current)
            stack.append(referred if referred is not None else UNKNOWN)
        stack.extend(current.inner(part) for part in listed(current.get("allOf")))
    return found


def _own(of: Type) -> Iterator[Type]:
    keys = of.schema.keys() - ANNOTATIONS
    combining = keys.intersection(COMBINING)
    if not combining:
        if keys:
            yield of
        return
    if keys - combining:
        own = {key: value for key, value in of.schema.items() if key not in COMBINING}
        yield Type(own, of.definitions)
    for keyword in ("anyOf", "oneOf"):
        if keyword in combining:
            alone = len(combining) == 1 and keys == combining
            yield of if alone else Type({keyword: of.schema[keyword]}, of.definitions)


def alternatives(of: Type) -> list[Type] | None:
    """The types that a union is made of, references followed; a type that is no union alone.

    Returns:
        None if it is not known what they are.
    """
    found: list[Type] = []
    stack = [of]
    followed = 0
    while stack:
        followed += 1
        if followed > MOST_FOLLOWED:
            return None
        parts = conjuncts(stack.pop())
        if len(parts) != 1:
            return None
        part = parts[0]
        options = listed(part.get("anyOf")) or listed(part.get("oneOf"))
        if options:
            stack.extend(part.inner(option) for option in reversed(options))
        elif isinstance(part.get("type"), list):
            stack.extend(
                Type({**part.schema, "type": each}, part.definitions) for each in reversed(part.schema["type"])
            )
        else:
            found.append(part)
    return found


def kind_of_value(value: Any) -> str:
    """The JSON type of a value; a whole number is an integer, however it is written."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _KINDS.get(type(value), "object")


def kind(of: Type) -> str | None:
    """The JSON type of a part, or the name of a library's own type; None if it is not known."""
    if not isinstance(of.schema, dict):
        return None
    if "const" in of.schema:
        return kind_of_value(of.schema["const"])
    name = of.schema.get("type")
    if isinstance(name, str):
        return name
    values = of.schema.get("enum")
    kinds = {kind_of_value(value) for value in values} if isinstance(values, list) else set()
    return kinds.pop() if len(kinds) == 1 else None


def is_skip(of: Type) -> bool:
    """Whether it is the type of what a skipped step gives."""
    return bool(of.get("title") == SKIPPED)


def listed(value: Any) -> list[Any]:
    """The value if it is a list, as it is in every schema that is one."""
    return value if isinstance(value, list) else []
