"""What the keywords of mappings say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from wt_compiler.types.answer import MAYBE, YES, Answer, Reason, every, no
from wt_compiler.types.scalars import lengths
from wt_compiler.types.schema_type import ANY, Type, listed

Compare = Callable[[Type, Type], Answer]


def compare_objects(given: Type, wanted: Type, compare: Compare) -> Answer:
    """Whether mappings that meet the one meet the other.

    Args:
        given: What is there.
        wanted: What should be there.
        compare: Compares the types of fields.
    """
    if _are_strangers(given, wanted):
        return no(Reason.KIND, given, wanted)
    return every(
        [
            *_required(given, wanted),
            *_fields(given, wanted, compare),
            *_others(given, wanted, compare),
            lengths(given, wanted, "minProperties", "maxProperties", None),
            MAYBE if wanted.get("patternProperties") else YES,
        ]
    )


def _are_strangers(given: Type, wanted: Type) -> bool:
    """Whether both are classes with fields, none of which they share: an instance of one is none of the other."""
    own, demanded = fields(given), fields(wanted)
    if not own or not demanded or not is_closed(given) or not is_closed(wanted):
        return False
    return own.keys().isdisjoint(demanded)


def fields(of: Type) -> dict[str, Any]:
    """The schemas of the fields that are named."""
    found = of.get("properties")
    return found if isinstance(found, dict) else {}


def is_closed(of: Type) -> bool:
    """Whether it has no fields but those that are named.

    A class with fields says nothing about others (`additionalProperties` is missing), and has none.
    """
    if of.get("patternProperties"):
        return False
    others = of.get("additionalProperties")
    return others is False or (others is None and bool(fields(of)))


def other_field(of: Type) -> Type | None:
    """The type of fields that are not named; None if there are none."""
    if of.get("patternProperties"):
        return ANY
    others = of.get("additionalProperties")
    if others is False:
        return None
    return ANY if others is None or others is True else of.inner(others)


def _required(given: Type, wanted: Type) -> Iterator[Answer]:
    own = fields(given)
    there = set(listed(given.get("required")))
    demanded = fields(wanted)
    for name in listed(wanted.get("required")):
        if name in there:
            continue
        schema = demanded.get(name)
        filled = isinstance(schema, dict) and "default" in schema
        if name in own or filled or not is_closed(given):
            yield MAYBE
        else:
            yield no(Reason.MISSING, given, wanted, str(name))


def _fields(given: Type, wanted: Type, compare: Compare) -> Iterator[Answer]:
    own, others = fields(given), other_field(given)
    required = set(listed(wanted.get("required")))
    for name, schema in fields(wanted).items():
        demanded = wanted.inner(schema)
        if name in own:
            yield compare(given.inner(own[name]), demanded).under(name)
        elif others is not None and name in required and not is_closed(given):
            yield compare(others, demanded).under(name)
        elif others is not None:
            yield YES if compare(others, demanded).fits else MAYBE


def _others(given: Type, wanted: Type, compare: Compare) -> Iterator[Answer]:
    """The fields that the wanted type does not name."""
    demanded = other_field(wanted)
    named = fields(wanted)
    if wanted.get("additionalProperties") in (None, True) and not wanted.get("patternProperties"):
        return
    for name, schema in fields(given).items():
        if name in named:
            continue
        if wanted.get("patternProperties"):
            yield MAYBE
        elif demanded is None:
            yield no(Reason.EXTRA, given, wanted, name)
        else:
            yield compare(given.inner(schema), demanded).under(name)
    rest = other_field(given)
    if rest is None:
        return
    if demanded is None or is_closed(given):
        yield MAYBE
    else:
        yield compare(rest, demanded).under(None)
