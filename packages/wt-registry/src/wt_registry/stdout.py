"""Keeping standard output for the answer alone."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

_STDOUT = 1
_STDERR = 2


@contextlib.contextmanager
def reserved_stdout() -> Iterator[TextIO]:
    """Send what anybody prints to stderr: this process from Python or C, and the processes that it starts.

    Yields:
        Where the answer goes: the real standard output.
    """
    answer = sys.stdout
    with contextlib.ExitStack() as stack:
        # Something else stands in for stdout (a test, a notebook) or it is closed: there is no descriptor to guard.
        if _writes_to_descriptor(answer):
            answer.flush()
            saved = os.dup(_STDOUT)
            os.dup2(_STDERR, _STDOUT)
            stack.callback(_give_back, saved)
            answer = stack.enter_context(open(saved, "w", encoding="utf-8", errors="backslashreplace", closefd=False))
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        yield answer


def _writes_to_descriptor(stream: TextIO | None) -> bool:
    if stream is None:
        return False
    try:
        return stream.fileno() == _STDOUT
    except OSError:
        return False


def _give_back(saved: int) -> None:
    if sys.__stdout__ is not None:
        sys.__stdout__.flush()
    os.dup2(saved, _STDOUT)
    os.close(saved)
    # Buffers of C libraries and exit handlers of the imported libraries are still to come, after the answer. Exit
    # handlers run in reverse order, so this one runs before theirs.
    atexit.register(os.dup2, _STDERR, _STDOUT)
