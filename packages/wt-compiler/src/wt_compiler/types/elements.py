"""What `map` and `mapvalues` get out of a type."""

from __future__ import annotations

from typing import NamedTuple

from wt_compiler.parameters import JSON_TYPES
from wt_compiler.types.arrays import element, prefix
from wt_compiler.types.objects import fields, is_closed, other_field
from wt_compiler.types.schema_type import STRING, Type, alternatives, is_skip, kind, union_of
from wt_compiler.types.wording import describe


class Elements(NamedTuple):
    """The elements of a value.

    Attributes:
        type: Their type; None if it is not known.
        problem: What keeps a value of that type from having any, in words; empty if nothing does.
    """

    type: Type | None
    problem: str = ""

    @classmethod
    def of(cls, whole: Type, method: str) -> Elements:
        """The elements of what is mapped over.

        Args:
            whole: Its type.
            method: `map`, whose elements are those of a list; or `mapvalues`, whose elements are the values of pairs.
        """
        options = alternatives(whole)
        if options is None:
            return cls(None)
        found: list[Type] = []
        known = True
        for option in options:
            if is_skip(option):
                continue
            parts = _of_option(option, method)
            if isinstance(parts, str):
                return cls(None, parts)
            known = known and parts is not None
            found.extend(parts or [])
        return cls(union_of(found) if known and found else None)


def _of_option(option: Type, method: str) -> list[Type] | str | None:
    name = kind(option)
    if name is None or name not in JSON_TYPES:
        return None
    if name == "array":
        parts = _elements(option)
        return parts if method == "map" or parts is None else _values(parts)
    if name == "object" and method == "mapvalues":
        return _field_types(option)
    if name == "object" and not is_closed(option):
        return [STRING] if isinstance(option.get("additionalProperties"), dict) else None
    return "it may be null" if name == "null" else f"{describe(option)} has no elements"


def _elements(option: Type) -> list[Type] | None:
    first = [option.inner(schema) for schema in prefix(option)]
    most = option.get("maxItems")
    if first and isinstance(most, int) and most <= len(first):
        return first
    rest = element(option, len(first))
    if rest.schema in (True, {}):
        return None
    return first if rest.schema is False else [*first, rest]


def _values(pairs: list[Type]) -> list[Type] | str | None:
    """The second element of each pair."""
    found: list[Type] = []
    for pair in pairs:
        options = alternatives(pair)
        if options is None:
            return None
        for option in options:
            if is_skip(option):
                continue
            name = kind(option)
            if name is None or name not in JSON_TYPES:
                return None
            size = len(prefix(option))
            if name != "array" or (size and size != 2 and option.get("maxItems") == size):
                return f"its elements are no pairs of a key and a value, but {describe(option)}"
            found.append(element(option, 1))
    return found


def _field_types(option: Type) -> list[Type] | None:
    others = other_field(option)
    if is_closed(option) or others is None:
        return [option.inner(schema) for schema in fields(option).values()] or None
    return None if others.schema in (True, {}) else [*map(option.inner, fields(option).values()), others]


def spread(whole: Type, names: list[str]) -> tuple[list[Type | None], str]:
    """The values that one element has for several arguments.

    Args:
        whole: The type of the element.
        names: The names of the arguments.

    Returns:
        The type for each name, None where it is not known; and what is wrong, in words.
    """
    if len(names) == 1:
        options = alternatives(whole)
        single = options is not None and any(len(prefix(option)) == 1 for option in options)
        return [None if single else whole], ""
    options = alternatives(whole)
    if options is None:
        return [None] * len(names), ""
    found: list[list[Type]] = [[] for _ in names]
    known = True
    for option in options:
        if is_skip(option):
            continue
        parts = _parts(option, names)
        if isinstance(parts, str):
            return [], parts
        known = known and parts is not None
        for place, part in enumerate(parts or ()):
            found[place].append(part)
    return [union_of(types) if known and types else None for types in found], ""


def _parts(option: Type, names: list[str]) -> list[Type] | str | None:
    name, count = kind(option), len(names)
    if name is None or name not in JSON_TYPES:
        return None
    if name == "array":
        size = len(prefix(option))
        if size and size != count and option.get("maxItems") == size:
            return f"an element has {size} values"
        return [element(option, place) for place in range(count)]
    if name == "object":
        if not is_closed(option):
            return None
        missing = [each for each in names if each not in fields(option)]
        if missing or len(fields(option)) != count:
            return f"an element is {describe(option)}, whose fields are {', '.join(map(str, fields(option)))}"
        return [option.inner(fields(option)[each]) for each in names]
    return f"an element is {describe(option)}"
