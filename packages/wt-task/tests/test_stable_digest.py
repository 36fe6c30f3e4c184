"""A hash is the same for equal values wherever they come from, and another one for everything else."""

from __future__ import annotations

import datetime
import decimal
import enum
import os
import pathlib
import pickle
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from wt_task import SKIP_SENTINEL
from wt_task.stable_digest import UnstableError, digest


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass
class Point:
    x: float
    near: list[str]


class Rain(BaseModel):
    station: str
    days: set[int] = set()


class Bare:
    __slots__ = ("a",)

    def __init__(self, a: Any) -> None:
        self.a = a


def double(x: int) -> int:
    return 2 * x


VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**80, 0.0, -0.0, 1.0, float("nan"), float("inf"), 1j, "", "1", "a\ud800"),
    *(b"1", bytearray(b"1"), [], (), {}, set(), frozenset(), [1], (1,), [[1]], [1, 2], [2, 1], ["12"], ["1", "2"]),
    *({"a": 1}, {"a": 2}, {"b": 1}, {1: "a"}, {1}, {1, 2}, {"a", "b", "c"}, frozenset({1}), OrderedDict(a=1)),
    *(datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2), datetime.timedelta(1), decimal.Decimal("1.0")),
    *(datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC), decimal.Decimal("1.00"), pathlib.PurePosixPath("a/b")),
    *(Colour.RED, Colour.BLUE, Point(1, ["a"]), Point(1, ["b"]), Rain(station="Oslo"), Rain(station="Oslo", days={1})),
    *(Bare(1), Bare([1]), double, Colour, int, SKIP_SENTINEL, range(3), slice(1, 2)),
    *(numpy.arange(3), numpy.arange(3.0), numpy.zeros((2, 3)), numpy.zeros((3, 2)), numpy.float64(1), numpy.int8(1)),
    numpy.array(["a", None], dtype=object),
]


def test_different_values_have_different_hashes() -> None:
    assert len({digest(value) for value in VALUES}) == len(VALUES)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_that_was_pickled_has_the_hash_that_it_had(value: Any) -> None:
    assert digest(pickle.loads(pickle.dumps(value))) == digest(value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda each: st.lists(each)))
def test_what_is_the_same_object_does_not_count(value: Any) -> None:
    twice = [value, value]
    assert digest(twice) == digest([value, pickle.loads(pickle.dumps(value))])


def test_order_counts_in_mappings_and_not_in_sets() -> None:
    assert digest({"a": 1, "b": 2}) != digest({"b": 2, "a": 1})
    assert digest({f"{n}" for n in range(100)}) == digest({f"{n}" for n in reversed(range(100))})


def test_arrays_count_by_their_content_and_not_by_how_they_lie_in_memory() -> None:
    array = numpy.arange(6).reshape(2, 3)
    assert digest(array) == digest(numpy.asfortranarray(array)) == digest(numpy.repeat(array, 2, axis=0)[::2])


def test_other_processes_find_the_same_hash() -> None:
    program = "from wt_task.stable_digest import digest; print(digest({'b': {'x', 'y', 'z', 'w'}, 'c': [1.5, None]}))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(seen) == 1


def test_a_key_makes_other_hashes() -> None:
    assert digest("a", b"key") != digest("a", b"yek") != digest("a")


def cyclic() -> list[Any]:
    found: list[Any] = []
    found.append([found])
    return found


def deep() -> list[Any]:
    found: list[Any] = []
    for _ in range(100_000):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (threading.Lock(), "_thread.lock"),
        ([lambda: 1], "<lambda>"),
        ((n for n in [1]), "generator"),
        (cyclic(), "contains itself"),
        (deep(), "too deeply"),
    ],
)
def test_what_has_no_stable_hash_is_refused_with_the_reason(value: Any, why: str) -> None:
    with pytest.raises(UnstableError, match=why):
        digest(value)
