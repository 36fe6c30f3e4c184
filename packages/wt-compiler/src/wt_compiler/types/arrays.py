"""What the keywords of lists say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wt_compiler.types.answer import MAYBE, YES, Answer, every
from wt_compiler.types.scalars import lengths
from wt_compiler.types.schema_type import ANY, Type

Compare = Callable[[Type, Type], Answer]


def compare_arrays(given: Type, wanted: Type, compare: Compare) -> Answer:
    """Whether lists that meet the one meet the other.

    Args:
        given: What is there.
        wanted: What should be there.
        compare: Compares the types of elements.
    """
    answers = [lengths(given, wanted, "minItems", "maxItems", None)]
    if wanted.get("uniqueItems") and not given.get("uniqueItems"):
        answers.append(MAYBE)
    places = max(len(prefix(given)), len(prefix(wanted)))
    limit = given.get("maxItems")
    for place in range(places):
        if isinstance(limit, int) and place >= limit:
            break
        there, demanded = element(given, place), element(wanted, place)
        if there.schema is not False:
            fixed = place < len(prefix(given))
            answers.append(_element(there, demanded, compare).under(place if fixed else None))
    if not (isinstance(limit, int) and places >= limit):
        there, demanded = element(given, places), element(wanted, places)
        answers.append(YES if there.schema is False else _element(there, demanded, compare).under(None))
    return every(answers)


def _element(given: Type, wanted: Type, compare: Compare) -> Answer:
    return MAYBE if wanted.schema is False else compare(given, wanted)


def prefix(of: Type) -> list[Any]:
    """The schemas of the first elements."""
    found = of.get("prefixItems")
    return found if isinstance(found, list) else []


def element(of: Type, place: int) -> Type:
    """The type of the element at a place; `False` if there can be none."""
    first = prefix(of)
    if place < len(first):
        return of.inner(first[place])
    items = of.get("items")
    return ANY if items is None else of.inner(items)
