"""How changes of steps that run at the same time come together."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_engine import MergeConflictError
from wt_engine.injection import MISSING
from wt_engine.warehouse.merging import Writers, merge_team
from wt_engine.warehouse.view import Changes, View

Steps = dict[str, Any]


def merge(base: Steps, *steps: Any, policy: Any = "accumulate") -> Steps:
    """The warehouse after functions have each changed a view of their own."""
    state = View(base)
    changes = []
    for step in steps:
        view = View(base, isolated=True)
        changes.append(view.changes(step(view)).parts())
    names = [f"step{number}" for number, _ in enumerate(steps)]
    state.absorb(merge_team(state, policy, names, changes))
    return state.plain()


def test_different_keys_merge():
    assert merge({"a": 1}, lambda d: {"b": 2}, lambda d: {"c": 3}) == {"a": 1, "b": 2, "c": 3}


def test_sums_of_one_counter_add_up():
    assert merge({"n": 10}, lambda d: {"n": d["n"] + 1}, lambda d: {"n": d["n"] + 2}) == {"n": 13}
    assert merge({"n": 10}, lambda d: {"n": d["n"] + 1}, lambda d: {"n": d["n"] + 1}) == {"n": 12}
    assert merge({}, lambda d: {"n": d.get("n", 0) + 1}, lambda d: {"n": d.get("n", 0) + 2}) == {"n": 3}


def test_appends_to_one_list_follow_each_other():
    assert merge({"xs": ["z"]}, lambda d: d["xs"].append("a"), lambda d: {"xs": [*d["xs"], "b"]}) == {
        "xs": ["z", "a", "b"]
    }
    assert merge({}, lambda d: {"xs": [1]}, lambda d: {"xs": [2]}) == {"xs": [1, 2]}


def test_sets_gain_and_lose():
    assert merge({"s": {1, 2}}, lambda d: d["s"].add(3), lambda d: d["s"].discard(1)) == {"s": {2, 3}}


def test_dictionaries_merge_key_by_key():
    base = {"d": {"n": 1, "xs": [], "gone": 0, "deep": {"a": 1}}}

    def one(d):
        d["d"]["n"] += 1
        d["d"]["deep"]["b"] = 2
        del d["d"]["gone"]

    def two(d):
        d["d"]["n"] += 5
        d["d"]["xs"].append(1)
        d["d"]["deep"]["c"] = 3

    assert merge(base, one, two) == {"d": {"n": 7, "xs": [1], "deep": {"a": 1, "b": 2, "c": 3}}}
    assert base == {"d": {"n": 1, "xs": [], "gone": 0, "deep": {"a": 1}}}


def test_the_same_value_from_both_is_no_contradiction():
    assert merge({"a": "x"}, lambda d: {"a": "y"}, lambda d: {"a": "y"}) == {"a": "y"}


@pytest.mark.parametrize(
    ("base", "one", "two", "key"),
    [
        ({}, {"w": "a"}, {"w": "b"}, "w"),
        ({"w": "o"}, {"w": "a"}, {"w": "b"}, "w"),
        ({"n": 10}, {"n": 5}, {"n": 7}, "n"),
        ({"ok": True}, {"ok": False}, {"ok": None}, "ok"),
        ({"d": {"k": "o"}}, {"d": {"k": "a"}}, {"d": {"k": "b"}}, "d['k']"),
        ({"xs": [1, 2]}, {"xs": [2]}, {"xs": [1, 2, 3]}, "xs"),
        ({"x": 1}, {"x": "text"}, {"x": 2}, "x"),
    ],
)
def test_a_true_conflict_names_both_steps_and_the_key(base, one, two, key):
    with pytest.raises(MergeConflictError) as caught:
        merge(base, lambda d: one, lambda d: two)
    assert caught.value.key == key
    assert caught.value.steps == ("step0", "step1")
    assert str(caught.value).startswith(f"steps 'step0' and 'step1' ran at the same time and both changed '{key}'")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_removal_and_a_change_are_a_conflict():
    with pytest.raises(MergeConflictError, match="its removal"):
        merge({"a": 1}, lambda d: d.pop("a") and None, lambda d: {"a": d["a"] + 1})
    assert merge({"a": 1}, lambda d: d.pop("a") and None, lambda d: d.pop("a") and None) == {}


def test_a_conflict_changes_nothing():
    state = View({"n": 1, "w": "o"})
    writers = Writers()
    writers.merge(state, "one", Changes({"w": "a"}, before={"w": "o"}))
    with pytest.raises(MergeConflictError):
        writers.merge(state, "two", Changes({"n": 2, "w": "b"}, before={"n": 1, "w": "o"}))
    assert state == {"n": 1, "w": "a"}


def test_the_last_one_may_win():
    assert merge({"w": 0}, lambda d: {"w": 1}, lambda d: {"w": 2}, policy="last_wins") == {"w": 2}


def test_a_function_may_decide():
    def longest(before, changes):
        assert before == {"w": ""}
        return {"w": max((one["w"] for one in changes), key=len)}

    assert merge({"w": ""}, lambda d: {"w": "abc"}, lambda d: {"w": "d"}, policy=longest) == {"w": "abc"}
    with pytest.raises(TypeError, match="merge_policy must return a mapping, not int"):
        merge({}, lambda d: {}, policy=lambda before, changes: 3)


def test_nested_things_are_not_shared_between_steps():
    base = {"xs": [[1]]}
    seen = []

    def change(d):
        d["xs"][0].append(2)

    merge(base, change, lambda d: seen.append([list(one) for one in d["xs"]]))
    assert seen == [[[1]]]
    assert base == {"xs": [[1]]}


def test_looking_changes_nothing():
    view = View({"xs": [1], "d": {"a": {1}}}, isolated=True)
    assert [*view.values(), *view.items(), view.get("xs"), view.get("no")]
    assert view.changes() == {}


def test_changes_travel_between_processes():
    view = View({"xs": [1], "gone": 1}, isolated=True)
    view["xs"].append(2)
    del view["gone"]
    sent = view.changes({"new": 3})
    got = pickle.loads(pickle.dumps(sent))
    assert (got, got.removed, got.before) == (
        {"new": 3, "xs": [1, 2]},
        ("gone",),
        {"new": MISSING, "xs": [1], "gone": 1},
    )


VALUES = st.recursive(
    st.integers(-5, 5) | st.text("ab", max_size=2) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)
WAREHOUSES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(WAREHOUSES, WAREHOUSES)
def test_one_step_alone_has_its_way_whatever_it_changed(base, after):
    def change(d):
        d.clear()
        return after

    assert merge(base, change) == after
    assert merge(base, change, lambda d: {}) == after
    assert merge(base, lambda d: {}, change) == after


@given(WAREHOUSES, WAREHOUSES, WAREHOUSES)
def test_two_steps_merge_or_conflict_and_change_nothing_shared(base, one, two):
    before = pickle.loads(pickle.dumps(base))
    try:
        merged = merge(base, lambda d: one, lambda d: two)
    except MergeConflictError as error:
        assert error.steps == ("step0", "step1")  # noqa: PT017 - either outcome is right
    else:
        assert set(merged) == {*base, *one, *two}
    assert base == before


@given(st.integers(), st.lists(st.integers(), max_size=6))
def test_increments_add_up_in_any_number(base, steps):
    functions = [lambda d, by=by: {"n": d["n"] + by} for by in steps]
    assert merge({"n": base}, *functions) == {"n": base + sum(steps)}
