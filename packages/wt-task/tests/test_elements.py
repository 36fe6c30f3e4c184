from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_task import SKIP_SENTINEL, SkippedDependencyFallback, SkipSentinel, task


def keep(value):
    return value


def pair(a, b):
    return (a, b)


def skipped(*values: object) -> bool:
    return any(isinstance(value, SkipSentinel) for value in values)


@pytest.mark.parametrize("argnames", ["value", ["value"], ("value",)])
@pytest.mark.parametrize(
    ("argvalues", "expected"),
    [
        ([1, 2], [1, 2]),
        ((1, 2), [1, 2]),
        (range(2), [0, 1]),
        ((number for number in range(2)), [0, 1]),
        ({"a": 1, "b": 2}, ["a", "b"]),
        ({"a": 1, "b": 2}.values(), [1, 2]),
        ({"a": 1, "b": 2}.items(), [("a", 1), ("b", 2)]),
        ([(1, 2), (3, 4)], [(1, 2), (3, 4)]),
        ([(1, 2), (3,)], [(1, 2), (3,)]),
        ([[1], [2]], [[1], [2]]),
        (np.array([1, 2]), [1, 2]),
        ([], []),
        (iter(()), []),
    ],
    ids=repr,
)
def test_map_takes_any_iterable_with_one_name(argnames, argvalues, expected):
    if not isinstance(argvalues, list | tuple | range | dict | np.ndarray) and not hasattr(argvalues, "__len__"):
        argvalues = iter(expected)  # a generator serves one test
    assert task(keep).map(argnames, argvalues) == expected


@pytest.mark.parametrize(
    "argvalues",
    [
        [(1, 2), (3, 4)],
        [[1, 2], [3, 4]],
        ([1, 2], (3, 4)),
        {1: 2, 3: 4}.items(),
        {(1, 2): "x", (3, 4): "y"},
        np.array([[1, 2], [3, 4]]),
        zip([1, 3], [2, 4], strict=True),
        [{"a": 1, "b": 2}, {"b": 4, "a": 3}],
        [iter([1, 2]), iter([3, 4])],
    ],
    ids=lambda values: type(values).__name__,
)
def test_map_takes_any_iterable_with_two_names(argvalues):
    assert task(pair).map(["a", "b"], argvalues) == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    "argvalues",
    [
        {"x": 1, "y": 2},
        {"x": 1, "y": 2}.items(),
        [("x", 1), ("y", 2)],
        [["x", 1], ["y", 2]],
        zip("xy", [1, 2], strict=True),
        np.array([["x", 1], ["y", 2]], dtype=object),
    ],
    ids=lambda values: type(values).__name__,
)
def test_mapvalues_takes_a_mapping_or_pairs(argvalues):
    assert task(keep).mapvalues("value", argvalues) == [("x", 1), ("y", 2)]


def test_mapvalues_spreads_values_over_two_names():
    assert task(pair).mapvalues(["a", "b"], {"x": (1, 2), "y": [3, 4]}) == [("x", (1, 2)), ("y", (3, 4))]
    assert task(keep).mapvalues("value", {"x": (1, 2)}) == [("x", (1, 2))]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([(1, 2), (1, 2, 3)], "element 1 has 3 values, but the argument names are a, b"),
        ([1], "element 0 is one value of type int, but the argument names are a, b"),
        (["ab"], "element 0 is one value of type str"),
        ([{1, 2}], "element 0 is one value of type set"),
        ([{"a": 1, "c": 2}], "element 0 has the keys a, c, but the argument names are a, b"),
    ],
)
def test_an_element_of_the_wrong_shape_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        task(pair).map(["a", "b"], values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([("x", 1), 3], "element 1 is of type int, not a pair"),
        (["xy"], "element 0 is of type str, not a pair"),
        ([(1, 2, 3)], "element 0 has 3 values, not a key and a value"),
    ],
)
def test_what_is_no_pair_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        task(keep).mapvalues("value", values)


@pytest.mark.parametrize(("names", "message"), [([], "argnames is empty"), (["a", "a"], "a name twice: a, a")])
def test_wrong_argument_names_are_an_error(names, message):
    with pytest.raises(ValueError, match=message):
        task(pair).map(names, [])


def test_what_cannot_be_iterated_is_an_error():
    with pytest.raises(TypeError, match="not iterable"):
        task(keep).map("value", 3)


def test_a_parametrisation_of_one_name_is_unpacked_unless_the_hint_lets_a_tuple_in():
    def plain(value: int) -> int:
        return value

    def tuples(value: tuple[int, ...]) -> tuple[int, ...]:
        return value

    def anything(value: Any) -> Any:
        return value

    def sequences(value: Annotated[Sequence[int] | None, "x"]) -> Any:
        return value

    assert task(plain).map("value", [(1,), (2,)]) == [1, 2]
    assert task(keep).map("value", [(1,), (2,)]) == [1, 2]
    for function in (tuples, anything, sequences):
        assert task(function).map("value", [(1,), (2,)]) == [(1,), (2,)]


def test_conditions_decide_over_skipped_elements():
    step = task(keep).skipif([skipped])
    assert step.map("value", [SKIP_SENTINEL, 1]) == [SKIP_SENTINEL, 1]
    assert step.mapvalues("value", [("a", SKIP_SENTINEL), SKIP_SENTINEL]) == [
        ("a", SKIP_SENTINEL),
        (None, SKIP_SENTINEL),
    ]

    def word(value: object) -> str:
        return "skipped" if isinstance(value, SkipSentinel) else "there"

    never = task(word).skipif([lambda *values: False])
    assert never.map("value", [SKIP_SENTINEL, 1]) == ["skipped", "there"]
    assert never.mapvalues("value", [("a", SKIP_SENTINEL)]) == [("a", "skipped")]


@pytest.mark.parametrize("names", ["value", ["key", "value"]])
def test_what_mapvalues_makes_of_a_skipped_input_is_skipped_by_a_later_map(names):
    def size(value: list[int], key: str = "") -> int:
        return len(value)

    pairs = task(size).mapvalues("value", SKIP_SENTINEL)
    assert task(size).validate().map(names, pairs) == [SKIP_SENTINEL]
    assert task(size).validate().skipif([skipped]).map(names, pairs) == [SKIP_SENTINEL]


def test_a_function_whose_hint_takes_a_sentinel_is_called_with_it():
    def zero(value: object) -> object:
        return 0 if isinstance(value, SkipSentinel) else value

    def fallback(value: Annotated[int, SkippedDependencyFallback(zero)]) -> int:
        return value

    def union(value: int | SkipSentinel) -> str:
        return repr(value)

    # The two functions were defined in a function: their hints are found by value
    fallback.__annotations__ = {"value": Annotated[int, SkippedDependencyFallback(zero)], "return": int}
    assert task(fallback).validate().map("value", [SKIP_SENTINEL, 1]) == [0, 1]
    assert task(fallback).validate().mapvalues("value", [SKIP_SENTINEL]) == [(None, 0)]
    assert task(union).map("value", [SKIP_SENTINEL]) == ["<SkipSentinel>"]


@given(st.lists(st.integers()))
def test_map_is_the_built_in_map(values):
    assert task(keep).map("value", iter(values)) == values


@given(st.dictionaries(st.text(), st.integers()))
def test_mapvalues_keeps_the_keys_and_their_order(values):
    assert task(keep).mapvalues("value", values) == list(values.items())


any_value = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just(SKIP_SENTINEL))
anything = st.recursive(
    any_value, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner)
)


@given(anything, st.sampled_from(["map", "mapvalues"]), st.sampled_from([["a"], ["a", "b"]]))
def test_any_input_is_mapped_or_refused_with_a_value_or_type_error(argvalues, method, names):
    step = task(lambda a, b=0: a)
    try:
        results = getattr(step, method)(names, argvalues)
    except (ValueError, TypeError):
        return
    assert isinstance(results, list)
