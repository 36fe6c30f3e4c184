"""What the constraints of texts and numbers say."""

from __future__ import annotations

from typing import Any, Final

from wt_compiler.types.answer import MAYBE, YES, Answer, Reason, every, no
from wt_compiler.types.schema_type import Type

_TEXT: Final = ("pattern", "format", "contentEncoding", "contentMediaType", "contentSchema")


def compare_strings(given: Type, wanted: Type) -> Answer:
    """Whether texts that meet the one meet the other."""
    answers = [lengths(given, wanted, "minLength", "maxLength", _size(given))]
    for keyword in _TEXT:
        demanded = wanted.get(keyword)
        if demanded is not None and given.get(keyword) != demanded:
            answers.append(MAYBE)
    return every(answers)


def compare_numbers(given: Type, wanted: Type) -> Answer:
    """Whether numbers that meet the one meet the other."""
    answers = [_bound(given, wanted, -1), _bound(given, wanted, 1)]
    step = wanted.get("multipleOf")
    if step is not None and given.get("multipleOf") != step:
        answers.append(MAYBE)
    return every(answers)


def lengths(given: Type, wanted: Type, least: str, most: str, exact: int | None) -> Answer:
    """Whether what is as long as the one allows is as long as the other allows.

    Args:
        given: What is there.
        wanted: What should be there.
        least: The keyword of the smallest length.
        most: The keyword of the largest length.
        exact: The length, if it is known.
    """
    low, high = (exact, exact) if exact is not None else (_count(given.get(least), 0), _count(given.get(most), None))
    lowest, highest = _count(wanted.get(least), 0), _count(wanted.get(most), None)
    if (highest is not None and (low or 0) > highest) or (high is not None and high < (lowest or 0)):
        return no(Reason.LENGTH, given, wanted)
    fits = (low or 0) >= (lowest or 0) and (highest is None or (high is not None and high <= highest))
    return YES if fits else MAYBE


def _count(value: Any, otherwise: int | None) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _size(given: Type) -> int | None:
    value = given.get("const")
    return len(value) if isinstance(value, str) else None


def _bound(given: Type, wanted: Type, side: int) -> Answer:
    """One end of the range; `side` is -1 for the lower end and 1 for the upper."""
    demanded = _limit(wanted, side)
    if demanded is None:
        return YES
    own = _limit(given, side)
    if own is not None and own <= demanded:
        return YES
    other = _limit(given, -side)
    if other is not None and (-other[0], -other[1]) > demanded:
        return no(Reason.VALUE, given, wanted)
    return MAYBE


def _limit(of: Type, side: int) -> tuple[float, float] | None:
    """The tightest bound on a side, as a pair that is smaller the tighter it is: how far, and whether inclusive."""
    value = of.get("const")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (side * value, 0)
    inclusive, exclusive = ("minimum", "exclusiveMinimum") if side < 0 else ("maximum", "exclusiveMaximum")
    found = [
        (side * bound, rank)
        for keyword, rank in ((inclusive, 0), (exclusive, -1))
        if _is_number(bound := of.get(keyword))
    ]
    return min(found) if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
