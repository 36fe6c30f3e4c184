"""The end of whoever started a workflow is the end of the workflow, also if it was killed and could not say so.

Whoever starts it keeps one end of a pipe. The system closes that end when its process ends, however it ends, and
reading the other end then returns. Unlike a signal on the parent's death this needs no particular system and does not
fire when only the thread ends that started the workflow.
"""

from __future__ import annotations

import os
import signal
import threading
import time

_GRACE_SECONDS = 5.0
"""How long the workflow has to write its result before everything in its process group is killed."""


def hold(descriptor: str | None) -> None:
    """From now on, end when the other end of a pipe closes.

    Args:
        descriptor: The descriptor to read, as text; None if nobody holds the other end.
    """
    if descriptor is None or not descriptor.isdecimal():
        return
    pipe = int(descriptor)
    try:
        os.set_inheritable(pipe, False)
    except OSError:  # the variable was inherited, the pipe was not
        return
    threading.Thread(target=_wait, args=(pipe,), name="wt-lifeline", daemon=True).start()


def _wait(pipe: int) -> None:
    try:
        while os.read(pipe, 64):
            pass
    except OSError:
        return
    _signal(signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    _signal(signal.SIGKILL)


def _signal(number: int) -> None:
    """To all of the group if it is this workflow's own, which it is where an invoker started it."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), number)
    else:
        os.kill(os.getpid(), number)
