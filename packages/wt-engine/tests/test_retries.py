"""When a failed step is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from wt_engine import RetryPolicy
from wt_engine.retries import policy


def test_waits_double_up_to_the_longest_and_are_spread() -> None:
    found = RetryPolicy(10, wait_min=1, wait_max=8)
    for attempt, full in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (5000, 8)):
        assert full / 2 <= found.wait(attempt) <= full


def test_only_the_named_exceptions_are_tried_again() -> None:
    found = policy({"retries": 2, "on": KeyError}, None, None)
    assert found is not None
    assert found.again(2, KeyError())
    assert not found.again(3, KeyError())
    assert not found.again(1, ValueError())


def test_an_exit_is_not_tried_again() -> None:
    assert not RetryPolicy(3).again(1, SystemExit())


@pytest.mark.parametrize("retries", [None, 0, {"retries": 0}])
def test_without_retries_there_is_no_policy(retries: Any) -> None:
    assert policy(retries, None, None) is None


@pytest.mark.parametrize("retries", [-1, "3", {"retires": 3}, {"retries": 1, "wait_min": -1}])
def test_a_wrong_policy_is_refused(retries: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        policy(retries, None, None)
