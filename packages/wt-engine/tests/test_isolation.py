"""What a step with a private copy of the state brings back, and what it does not."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from wt_engine.isolation import IsolatedState


class Slotted:
    __slots__ = ("gone", "here")

    def __init__(self) -> None:
        self.here, self.gone = [1], 2


def test_changes_reach_the_shared_state_only_when_they_are_carried_over() -> None:
    state: dict[str, Any] = {"kept": 1, "changed": [1], "removed": 3}
    isolated = IsolatedState(state)
    isolated.work["changed"].append(2)
    del isolated.work["removed"]
    isolated.work["new"] = 4
    assert state == {"kept": 1, "changed": [1], "removed": 3}
    state["other"] = "written by a sibling"
    isolated.carry_over()
    assert state == {"kept": 1, "changed": [1, 2], "new": 4, "other": "written by a sibling"}


def test_attributes_in_slots_are_carried_over() -> None:
    state = Slotted()
    isolated = IsolatedState(state)
    isolated.work.here.append(5)
    del isolated.work.gone
    isolated.carry_over()
    assert state.here == [1, 5]
    assert not hasattr(state, "gone")


@pytest.mark.parametrize(
    ("state", "change", "after"), [([1], lambda s: s.append(2), [1, 2]), ({1}, lambda s: s.add(2), {1, 2})]
)
def test_lists_and_sets_are_carried_over(state: Any, change: Any, after: Any) -> None:
    isolated = IsolatedState(state)
    change(isolated.work)
    isolated.carry_over()
    assert state == after


def test_a_state_that_cannot_be_copied_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match="keep what cannot be copied in the context"):
        IsolatedState({"lock": threading.Lock()})
