"""How an exception gets from one process to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


class RemoteError(Exception):
    """Stands for an exception of another process that cannot travel; a note holds its traceback."""


def portable_error(error: E, describe: Callable[[E], str]) -> E | RemoteError:
    """The exception, or what stands for it if it does not survive being pickled.

    An exception whose class takes other arguments than it passes on, as many do, can be pickled but not unpickled; in
    a process pool that would break the whole pool.

    Args:
        error: The exception.
        describe: What is left of one that cannot travel.
    """
    import pickle

    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - it was pickled a moment ago
    except Exception:  # noqa: BLE001 - pickling calls code of the exception's class, which may raise anything
        import traceback

        stand_in = RemoteError(describe(error))
        stand_in.add_note("".join(traceback.format_exception(error)))
        return stand_in
    return error
