"""What a step has changed in a state: found once, and the same when it is done again."""

from __future__ import annotations

import copy
import dataclasses
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from wt_engine.codec import TaggedCodec
from wt_engine.deltas import StateTracker, apply
from wt_engine.errors import UnrecordableError

CODEC = TaggedCodec()


@dataclasses.dataclass
class Record:
    count: int = 0
    names: list[str] = dataclasses.field(default_factory=list)


class Basket(BaseModel):
    items: dict[str, int] = {}


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self) -> None:
        self.left, self.right = 1, [2]


def change(state: Any, number: int) -> None:
    if isinstance(state, Record):
        state.count += number
        state.names.append(str(number))
    elif isinstance(state, Basket):
        state.items[str(number)] = number
    elif isinstance(state, Slotted):
        state.right.append(number)
        del state.left
        state.left = number
    elif isinstance(state, dict):
        state[number] = [number]
        state.pop(number - 1, None)
    elif isinstance(state, list):
        state.insert(0, number)
    elif isinstance(state, bytearray):
        state.append(number)
    else:
        state.add(number)


def fields(state: Any) -> Any:
    if isinstance(state, Slotted):
        return state.left, state.right
    return getattr(state, "__dict__", state)


@pytest.mark.parametrize(
    "state", [Record(), Basket(), Slotted(), {}, [], set(), bytearray()], ids=lambda s: type(s).__name__
)
def test_changes_done_again_give_the_same_state(state: Any) -> None:
    other = CODEC.decode(CODEC.encode(state))
    tracker = StateTracker(state, CODEC)
    for number in range(5):
        change(state, number)
        delta = tracker.delta()
        assert delta is not None
        assert tracker.delta() is None
        apply(other, delta, CODEC)

        assert fields(other) == fields(state)


values = st.integers(0, 3) | st.text(max_size=2) | st.lists(st.integers(0, 2), max_size=2) | st.just(())
actions = st.lists(
    st.tuples(st.sampled_from(["set", "delete", "mutate", "rename", "same"]), st.integers(0, 4), values), max_size=20
)


@given(st.lists(actions, max_size=6))
def test_any_changes_of_a_mapping_are_found(rounds: list[list[tuple[str, int, Any]]]) -> None:
    state: dict[Any, Any] = {0: 1, 1: [2]}
    other = copy.deepcopy(state)
    tracker = StateTracker(state, CODEC)
    for steps in rounds:
        for action, key, value in steps:
            if action == "set":
                state[key] = value
            elif action == "delete":
                state.pop(key, None)
            elif action == "rename" and key in state:
                state[key + 10] = state.pop(key)
            elif action == "mutate" and isinstance(state.get(key), list):
                state[key].append(value)
            elif action == "same" and key in state:
                state[key] = copy.deepcopy(state[key])
        delta = tracker.delta()
        if delta is not None:
            apply(other, delta, CODEC)
        assert other == state
        assert [type(value) for value in other.values()] == [type(other[key]) for key in other]


def test_what_never_changes_is_not_looked_at() -> None:
    for state in (None, 1, "text", 2.5):
        assert StateTracker(state, CODEC).delta() is None


def test_an_equal_object_in_the_place_of_another_is_no_change() -> None:
    state = {"list": [1]}
    tracker = StateTracker(state, CODEC)
    state["list"] = [1]
    assert tracker.delta() is None
    state["list"].append(2)
    assert tracker.delta() == '{"set": [["list", [1, 2]]]}'


def test_a_truth_in_the_place_of_a_number_is_a_change() -> None:
    state: dict[str, Any] = {"one": 1}
    tracker = StateTracker(state, CODEC)
    state["one"] = True
    assert tracker.delta() == '{"set": [["one", true]]}'


def test_what_is_merged_is_the_delta_and_not_found_again() -> None:
    state: dict[str, Any] = {}
    tracker = StateTracker(state, CODEC)
    state.update(a=1, b=[2])
    assert tracker.merged({"a": 1, "b": [2]}) == '{"set": [["a", 1], ["b", [2]]]}'
    assert tracker.delta() is None
    assert tracker.merged({}) is None


def test_what_cannot_be_recorded_is_said_once_and_the_rest_is_found() -> None:
    state: dict[str, Any] = {}
    tracker = StateTracker(state, CODEC)
    state["bad"] = threading.Lock()
    with pytest.raises(UnrecordableError, match=r"state\['bad'\]"):
        tracker.delta()
    state["good"] = 1
    assert tracker.delta() == '{"set": [["good", 1]]}'
    state["bad"] = "mended"
    assert tracker.delta() == '{"set": [["bad", "mended"]]}'
