"""How an exception gets from one process to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E", bound=BaseException)


class RemoteError(Exception):
    """Stands for an exception of another process that cannot travel; it has that one's traceback and cause."""


def portable_error(error: E, describe: Callable[[E], str]) -> E | RemoteError:
    """The exception, or what stands for it if it does not survive being pickled.

    From now on this process pickles exceptions of its kind with their tracebacks, causes and contexts (tblib does that,
    which whoever calls this installs). An exception that can be pickled but not unpickled would break a whole pool of
    processes, so both are tried.

    Args:
        error: The exception.
        describe: What is left of one that cannot travel.
    """
    return _portable(error, describe, frozenset())


def _portable(error: E, describe: Callable[[E], str], seen: frozenset[int]) -> E | RemoteError:
    import pickle

    from tblib import pickling_support  # type: ignore[import-untyped]  # it has no stubs

    pickling_support.install(error, RemoteError)
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - it was pickled a moment ago
    except Exception:  # noqa: BLE001 - pickling calls code of the exception's class, which may raise anything
        stand_in = RemoteError(describe(error)).with_traceback(error.__traceback__)
        cause: Any = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is not None and id(cause) not in seen:
            stand_in.__cause__ = _portable(cause, repr, seen | {id(error)})
        return stand_in
    return error
