"""Exceptions on their way to another process."""

from __future__ import annotations

import pickle
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from wt_contracts.portable import MOST_FRAMES, PortableError, RemoteError


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


def sent(error: BaseException) -> BaseException:
    """What arrives in another process."""
    arrived = pickle.loads(pickle.dumps(PortableError(error)))
    assert isinstance(arrived, BaseException)
    return arrived


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        AwkwardError(3, "bad"),
        FileNotFoundError(2, "gone", "it"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "odd"),
    ],
)
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


def test_what_an_exception_knows_arrives_but_for_what_cannot_be_pickled() -> None:
    error = AwkwardError(3, "bad")
    error.place = "here"  # type: ignore[attr-defined]  # it may have any
    error.lock = threading.Lock()  # type: ignore[attr-defined]  # the same
    arrived = sent(error)
    assert isinstance(arrived, AwkwardError)
    assert arrived.__dict__ == {"place": "here"}
    left = sent(SystemExit(3))
    assert isinstance(left, SystemExit)
    assert left.code == 3


def test_the_members_of_a_group_arrive_with_their_tracebacks() -> None:
    arrived = sent(ExceptionGroup("several", [caught(divide), ExceptionGroup("inner", [caught(divide)])]))
    assert isinstance(arrived, ExceptionGroup)
    assert arrived.message == "several"
    assert "".join(traceback.format_exception(arrived)).count("in divide") == 2


def test_of_a_very_long_traceback_the_beginning_and_the_end_arrive() -> None:
    def descend(left: int) -> None:
        descend(left - 1) if left else divide()

    arrived = sent(caught(lambda: descend(300)))
    frames = traceback.extract_tb(arrived.__traceback__)
    assert len(frames) == MOST_FRAMES
    assert (frames[0].name, frames[-1].name) == ("caught", "divide")
