"""Python's garbage collector, and when to leave it alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Look for no garbage meanwhile, and never in what was made meanwhile: the process is about to end.

    A check builds one large tree and keeps all of it to its end, so that every search would be in vain: two fifths of
    the time of a spec of 20,000 task instances.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
