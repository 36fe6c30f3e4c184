"""How two JSON values differ, in lines that a person reads."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from difflib import SequenceMatcher, unified_diff
from itertools import islice
from typing import Any

MOST_SHOWN = 20
"""More differences than this are not told one by one."""

_LONGEST = 100
_LONGEST_MATCHED = 2000
"""In longer lists it would take too long to find what belongs together."""


def differences(expected: Any, actual: Any, *, subset: bool = False, tolerance: float = 0.0) -> list[str]:
    """Tell how a value differs from the one that was expected.

    Args:
        expected: A JSON value.
        actual: A JSON value.
        subset: Whether objects may hold more keys than expected, at any depth. Lists must be as long as expected.
        tolerance: Numbers are equal that differ by no more than this, or than this part of the larger one.

    Returns:
        A line for each difference, such as `result.summary.mean: expected 3, got 4`; empty if there is none. Numbers
        are compared by value (1 is 1.0), and are never equal to booleans.
    """
    found = _Comparison(subset, tolerance).compare("result", expected, actual)
    lines = list(islice(found, MOST_SHOWN))
    if next(found, None) is not None:
        lines.append("… and more")
    return lines


class _Comparison:
    def __init__(self, subset: bool, tolerance: float) -> None:
        self._subset = subset
        self._tolerance = tolerance

    def compare(self, place: str, expected: Any, actual: Any) -> Iterator[str]:
        if isinstance(expected, dict) and isinstance(actual, dict):
            yield from self._objects(place, expected, actual)
        elif isinstance(expected, list) and isinstance(actual, list):
            yield from self._lists(place, expected, actual)
        elif isinstance(expected, str) and isinstance(actual, str) and expected != actual and "\n" in expected + actual:
            yield f"{place}: the text differs"
            yield from list(unified_diff(expected.splitlines(), actual.splitlines(), "expected", "got", "", "", 1, ""))
        elif not self._equal(expected, actual):
            yield f"{place}: expected {_text(expected)}, got {_text(actual)}"

    def _lists(self, place: str, expected: list[Any], actual: list[Any]) -> Iterator[str]:
        """Compare items in pairs; where one list is longer, say which of its items the other has not."""
        if len(expected) == len(actual):
            for index, (left, right) in enumerate(zip(expected, actual, strict=True)):
                yield from self.compare(f"{place}[{index}]", left, right)
            return
        yield f"{place}: expected {_count(expected)}, got {_count(actual)}"
        for before, until, begin, end in _unlike(expected, actual):
            paired = min(until - before, end - begin)
            for offset in range(paired):
                yield from self.compare(f"{place}[{begin + offset}]", expected[before + offset], actual[begin + offset])
            for index in range(before + paired, until):
                yield f"{place}[{index}]: expected {_text(expected[index])}, and it is not there"
            for index in range(begin + paired, end):
                yield f"{place}[{index}]: is there, which is not expected: {_text(actual[index])}"

    def _objects(self, place: str, expected: dict[str, Any], actual: dict[str, Any]) -> Iterator[str]:
        for key, value in expected.items():
            inner = f"{place}.{key}" if key.isidentifier() else f"{place}[{json.dumps(key, ensure_ascii=False)}]"
            if key in actual:
                yield from self.compare(inner, value, actual[key])
            else:
                yield f"{inner}: expected {_text(value)}, and it is not there"
        if not self._subset:
            for key in sorted(actual.keys() - expected.keys()):
                yield f"{place}: {key!r} is there, which is not expected: {_text(actual[key])}"

    def _equal(self, expected: Any, actual: Any) -> bool:
        if isinstance(expected, bool) != isinstance(actual, bool):
            return False
        if expected == actual or (expected != expected and actual != actual):  # NaN is unlike itself
            return True
        if not self._tolerance or not isinstance(expected, int | float) or not isinstance(actual, int | float):
            return False
        try:
            return math.isclose(expected, actual, rel_tol=self._tolerance, abs_tol=self._tolerance)
        except OverflowError:  # an integer beyond all floats
            return False


def _unlike(expected: list[Any], actual: list[Any]) -> Iterator[tuple[int, int, int, int]]:
    """The parts in which two lists differ: from where to where in the one and in the other."""
    if max(len(expected), len(actual)) > _LONGEST_MATCHED:
        yield 0, len(expected), 0, len(actual)
        return
    left, right = ([json.dumps(item, sort_keys=True) for item in items] for items in (expected, actual))
    for sort, before, until, begin, end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if sort != "equal":
            yield before, until, begin, end


def _count(items: list[Any]) -> str:
    return f"{len(items)} item{'' if len(items) == 1 else 's'}"


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"
