"""Errors with numbers."""

from __future__ import annotations

import pickle

import pytest
from wt_engine.error_codes import ApiError, Codes, ProcessError, TaskError


def test_the_codes_are_500_to_505() -> None:
    assert sorted(Codes) == list(range(500, 506))
    assert Codes.TASK_FAILED == 502


@pytest.mark.parametrize(("kind", "code"), [(TaskError, 502), (ProcessError, 500), (ApiError, 501)])
def test_an_error_has_a_message_and_a_code_and_travels(kind: type[Exception], code: int) -> None:
    error = pickle.loads(pickle.dumps(kind("it broke")))
    assert (str(error), error.message, error.error_code) == ("it broke", "it broke", code)
    assert kind("it broke", 505).error_code == 505  # type: ignore[attr-defined, call-arg]
