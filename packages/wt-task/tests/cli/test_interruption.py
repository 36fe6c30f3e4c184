"""A signal ends a run, but not in the middle of what cannot bear it."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from wt_task.cli import interruption


@pytest.fixture
def watching():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    interruption.watch()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_is_raised_where_it_comes(watching):
    with pytest.raises(interruption.Interrupted, match="SIGTERM"):
        signal.raise_signal(signal.SIGTERM)


def hold(number: signal.Signals, then: Callable[[], object]) -> None:
    with interruption.held_back():
        signal.raise_signal(number)
        then()


def test_a_signal_that_is_held_back_is_raised_afterwards(watching):
    done: list[str] = []
    with pytest.raises(interruption.Interrupted, match="SIGHUP"):
        hold(signal.SIGHUP, lambda: done.append("the rest of the block"))
    assert done


def test_what_fails_meanwhile_is_said_instead(watching):
    with pytest.raises(ZeroDivisionError):
        hold(signal.SIGTERM, lambda: 1 / 0)
