"""Exceptions on their way to another process."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from wt_contracts.portable import RemoteError, portable_error


class AwkwardError(Exception):
    """Passes on another number of arguments than it takes."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")


def divide() -> None:
    _ = 1 / 0


def caught(function: Callable[[], Any]) -> Exception:
    with pytest.raises(Exception) as found:  # noqa: PT011 - each caller knows which
        function()
    return found.value


def sent(error: Exception) -> BaseException:
    """What arrives in another process."""
    arrived = pickle.loads(pickle.dumps(portable_error(error, repr)))
    assert isinstance(arrived, BaseException)
    return arrived


@pytest.mark.parametrize("error", [ValueError("no"), AwkwardError(3, "bad"), FileNotFoundError(2, "gone", "it")])
def test_an_exception_arrives_as_what_it_was(error: Exception) -> None:
    arrived = sent(error)
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)


def test_its_traceback_and_what_caused_it_arrive_too() -> None:
    def wrap() -> None:
        try:
            divide()
        except ZeroDivisionError as error:
            error.add_note("a note")
            raise AwkwardError(3, "bad") from error

    arrived = sent(caught(wrap))
    said = "".join(traceback.format_exception(arrived))
    assert isinstance(arrived.__cause__, ZeroDivisionError)
    assert arrived.__cause__.__notes__ == ["a note"]
    assert said.index("in divide") < said.index("direct cause") < said.rindex("in wrap")


def test_one_that_cannot_be_pickled_is_described_and_keeps_its_traceback_and_its_cause() -> None:
    def wrap() -> None:
        try:
            divide()
        except ZeroDivisionError as error:
            raise ValueError(lambda: None) from error

    arrived = sent(caught(wrap))
    assert isinstance(arrived, RemoteError)
    assert str(arrived).startswith("ValueError(<function")
    said = "".join(traceback.format_exception(arrived))
    assert said.index("in divide") < said.rindex("in wrap")


def test_exceptions_that_cause_each_other_come_to_an_end() -> None:
    first, second = ValueError(lambda: None), ValueError(lambda: None)
    first.__cause__, second.__cause__ = second, first
    assert isinstance(sent(first).__cause__, RemoteError)
