from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.retry import RetryPolicy


def test_waits_grow_to_the_longest():
    policy = RetryPolicy(9, wait_min=1.0, wait_max=10.0, backoff=3.0, jitter=False)

    assert [policy.wait(attempt) for attempt in range(1, 6)] == [1.0, 3.0, 9.0, 10.0, 10.0]


@given(st.integers(1, 10**6), st.floats(0, 10), st.floats(1, 100))
def test_a_spread_wait_is_between_half_of_the_full_one_and_all_of_it(attempt, first, backoff):
    full = RetryPolicy(1, first, 60.0, backoff=backoff, jitter=False).wait(attempt)

    assert full / 2 <= RetryPolicy(1, first, 60.0, backoff=backoff).wait(attempt) <= full


@pytest.mark.parametrize(
    ("attempt", "error", "again"), [(1, ValueError(), True), (3, ValueError(), False), (1, KeyError(), False)]
)
def test_it_is_tried_again_as_often_as_allowed_and_for_the_named_errors(attempt, error, again):
    assert RetryPolicy(2, on=(ValueError,)).again(attempt, error) is again


def test_an_error_that_names_its_step_counts_as_what_the_step_raised():
    class StepError(Exception):
        error = ConnectionError()

    assert RetryPolicy(1, on=(ConnectionError,)).again(1, StepError())
    assert not RetryPolicy(1, on=(ValueError,)).again(1, StepError())
