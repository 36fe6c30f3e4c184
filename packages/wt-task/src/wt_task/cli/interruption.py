"""A run that somebody ends from outside."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class Interrupted(KeyboardInterrupt):
    """A signal asked the process to end.

    A `KeyboardInterrupt` whatever the signal, because that is what asyncio and thread pools let through.

    Attributes:
        signal: The name of the signal.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.signal = name


_held: list[int] | None = None
"""The signals that came while they are held back; None while they are not."""


@contextmanager
def held_back() -> Iterator[None]:
    """Raise `Interrupted` at the end of the `with` block, not inside: a library in another language may not bear it."""
    global _held
    _held = []
    try:
        yield
    finally:
        came, _held = _held, None
    if came:
        _interrupt(came[0], None)


def watch() -> None:
    """From now on, raise `Interrupted` in the main thread when a signal asks the process to end."""
    for number in _signals():
        if signal.getsignal(number) != signal.SIG_IGN:  # as after nohup, or in the background of a shell
            signal.signal(number, _interrupt)


def ignore() -> None:
    """From now on, let nothing interrupt the writing of the result."""
    for number in _signals():
        signal.signal(number, signal.SIG_IGN)


def leave(code: int) -> NoReturn:
    """End the process without waiting for the threads and processes that still work on the interrupted step."""
    multiprocessing = sys.modules.get("multiprocessing")
    for child in multiprocessing.active_children() if multiprocessing else []:
        child.terminate()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    if _held is not None:
        _held.append(number)
        return
    for each in _signals():
        signal.signal(each, signal.SIG_DFL)  # a second signal ends a process that does not listen to the first
    raise Interrupted(signal.Signals(number).name)


def _signals() -> list[signal.Signals]:
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [signal.Signals[name] for name in names if name in signal.Signals.__members__]
