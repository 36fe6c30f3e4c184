from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
from pathlib import Path

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_task.cli.jsonable import NotJSONError, to_json
from wt_task.skip import SKIP_SENTINEL


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    x: object


@dataclasses.dataclass
class Point:
    x: object


class Colour(enum.Enum):
    RED = "red"


class Node:
    """Something without a JSON form."""


def number(value):
    """A numpy scalar or array, as far as JSON is concerned."""
    return type("float32", (), {"__module__": "numpy", "tolist": lambda self: value})()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (SKIP_SENTINEL, None),
        ([("a", SKIP_SENTINEL)], [["a", None]]),
        ({"a": SKIP_SENTINEL}, {"a": None}),
        (Model(x=SKIP_SENTINEL), {"x": None}),
        (Model(x=Path("/a")), {"x": "/a"}),
        (Point(datetime.date(2024, 5, 31)), {"x": "2024-05-31"}),
        (Colour.RED, "red"),
        (math.nan, None),
        ([math.inf], [None]),
        (number(1.5), 1.5),
        ([number([1, 2])], [[1, 2]]),
        ({1: 2}, {"1": 2}),
        ({"q", "b", "zz", "a", "c"}, ["a", "b", "c", "q", "zz"]),
        ({"of": [(frozenset({10, 2, 1.5}),)]}, {"of": [[[1.5, 2, 10]]]}),
        ({None, "b", 2, frozenset({"d", "c"})}, ["b", 2, ["c", "d"], None]),
        (b"text", "text"),
        ("ü", "ü"),
        ([10**4299, SKIP_SENTINEL], [10**4299, None]),
    ],
)
def test_what_workflows_return_has_a_sensible_form(value, written):
    assert json.loads(to_json(value)) == written


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Node(), "result is of type .*Node: it has no JSON form"),
        ({"a": [1, Node()]}, r"result\['a'\]\[1\] is of type .*Node"),
        ([("k", Node())], r"result\[0\]\[1\] is of type"),
        (Model(x=Node()), r"result\.x is of type"),
        (Point([Node()]), r"result\.x\[0\] is of type"),
        ({"a": b"\xff"}, r"result\['a'\] is of type bytes"),
        (["\ud800"], r"result\[0\] is of type str"),
        ({Node(): 1}, "result is of type dict"),
    ],
)
def test_what_cannot_be_written_is_named_with_its_place(value, words):
    with pytest.raises(NotJSONError, match=words):
        to_json(value)


@pytest.mark.parametrize(("digits", "fits"), [(4300, True), (4301, False), (5000, False)])
def test_an_integer_that_no_reader_takes_is_refused(digits, fits):
    value = {"a": [10 ** (digits - 1), SKIP_SENTINEL]}
    if fits:
        assert json.loads(to_json(value)) == {"a": [value["a"][0], None]}
    else:
        with pytest.raises(NotJSONError, match="an integer that is longer than readers of JSON take"):
            to_json(value)


def test_a_value_that_contains_itself_is_refused():
    value: list[object] = []
    value.append(value)

    with pytest.raises(NotJSONError, match="contains itself"):
        to_json(value)


def test_a_value_that_is_nested_deeply_is_written_or_refused():
    value: list[object] = []
    for _ in range(5000):
        value = [value]

    try:
        text = to_json(value)
    except NotJSONError:
        return  # how deep is too deep depends on the version of Python
    assert text == b"[" * 5001 + b"]" * 5001


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5))
def test_json_comes_back_as_it_was(value):
    try:
        written = to_json(value)
    except NotJSONError:
        return  # a lone surrogate
    assert json.loads(written) == value
