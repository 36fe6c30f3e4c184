"""How two JSON values differ."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.json_difference import MOST_SHOWN, differences

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_a_value_does_not_differ_from_itself(value):
    assert differences(value, value) == []
    assert differences(value, json.loads(json.dumps(value)), subset=True) == []


@given(st.dictionaries(st.text(max_size=4), JSON, min_size=1, max_size=4))
def test_a_missing_key_is_a_difference_and_one_too_many_only_without_subset(value):
    key = next(iter(value))
    less = {name: item for name, item in value.items() if name != key}
    assert differences(value, less)
    assert differences(value, less, subset=True)
    assert differences(less, value)
    assert differences(less, value, subset=True) == []


@pytest.mark.parametrize(
    ("expected", "actual", "lines"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["result.a.b: expected 1, got 2"]),
        ({"a b": 1}, {"a b": None}, ['result["a b"]: expected 1, got null']),
        ([1, 2], [1], ["result: expected 2 items, got 1 item", "result[1]: expected 2, and it is not there"]),
        (
            ["a", "b", "c"],
            ["x", "a", "b", "c"],
            ["result: expected 3 items, got 4 items", 'result[0]: is there, which is not expected: "x"'],
        ),
        (
            [{"k": 1}, 2, 3, 4],
            [{"k": 5}, 3, 4],
            [
                "result: expected 4 items, got 3 items",
                "result[0].k: expected 1, got 5",
                "result[1]: expected 2, and it is not there",
            ],
        ),
        ([1, 2], [3, 2], ["result[0]: expected 1, got 3"]),
        ({"a": 1}, {}, ["result.a: expected 1, and it is not there"]),
        ({}, {"a": [1]}, ["result: 'a' is there, which is not expected: [1]"]),
        (1, True, ["result: expected 1, got true"]),
        (1, 1.0, []),
        ("x", 1, ['result: expected "x", got 1']),
    ],
)
def test_each_difference_has_its_place(expected, actual, lines):
    assert differences(expected, actual) == lines


@pytest.mark.parametrize(
    ("expected", "actual", "tolerance", "equal"),
    [
        (0.3, 0.1 + 0.2, 0.0, False),
        (0.3, 0.1 + 0.2, 1e-9, True),
        ({"a": [1e9]}, {"a": [1e9 + 1]}, 1e-6, True),
        (0, 1e-7, 1e-6, True),
        (100, 102, 0.01, False),
        (10**400, 10**400 + 1, 0.1, False),
        (1, True, 0.1, False),
        ("1.0", "1.01", 0.1, False),
    ],
)
def test_numbers_may_differ_by_what_is_tolerated(expected, actual, tolerance, equal):
    assert (differences(expected, actual, tolerance=tolerance) == []) == equal


def test_long_text_is_compared_by_lines():
    lines = differences("a\nb\nc\nd", "a\nb\nC\nd")
    assert lines[0] == "result: the text differs"
    assert "-c" in lines
    assert "+C" in lines
    assert "-a" not in lines


def test_many_differences_are_cut():
    lines = differences(list(range(100)), list(range(1, 101)))
    assert len(lines) == MOST_SHOWN + 1
    assert lines[-1] == "… and more"
