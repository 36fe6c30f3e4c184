"""What can be wrong with a store, always with what to do about it."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path


class StoreError(Exception):
    """A store cannot be opened, read or written.

    Args:
        message: What is wrong.
        path: The store's file.
        advice: What to do about it.
    """

    def __init__(self, message: str, path: str | os.PathLike[str], advice: str) -> None:
        self.what = message
        self.path = str(path)
        self.advice = advice
        super().__init__(f"{message}: {self.path}. {advice}")


class RunTakenError(StoreError):
    """A run cannot begin or go on, because there is one with its id.

    Args:
        message: What is wrong.
        path: The store's file.
        advice: What to do about it.
    """


class RunNotFoundError(LookupError):
    """No run of a store has this id, or this beginning of one.

    Args:
        message: What was looked for.
    """


_ADVICE = {
    "SQLITE_FULL": ("The disk or the store's size limit is full", "Free some space, then resume the run"),
    "SQLITE_READONLY": ("The store cannot be written", "Make the file and its directory writable"),
    "SQLITE_CANTOPEN": ("The store cannot be opened", "Check that its directory exists and may be written to"),
    "SQLITE_NOTADB": ("This is no store", "Give the path of a store, or of a file that does not exist yet"),
    "SQLITE_CORRUPT": (
        "The store is damaged",
        "Copy what can still be read with `sqlite3 FILE .recover`, or start with a new file",
    ),
    "SQLITE_BUSY": ("The store is locked by another process", "End what holds it, or wait and try again"),
    "SQLITE_IOERR": ("The store cannot be read or written", "Check the disk and its free space, then resume the run"),
    "SQLITE_PERM": ("The store may not be used", "Make the file and its directory writable"),
}


def store_error(path: str | os.PathLike[str], error: sqlite3.Error | OSError) -> StoreError:
    """What an error of SQLite, or of the file system, means for whoever uses the store.

    Args:
        path: The store's file.
        error: What was raised.
    """
    if isinstance(error, OSError):
        name = "SQLITE_FULL" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "SQLITE_CANTOPEN"
    else:
        name = str(getattr(error, "sqlite_errorname", ""))
    known = next((about for code, about in _ADVICE.items() if name.startswith(code)), None)
    if known is None:
        known = ("The store does not answer as expected", "Check that no other program has written to the file")
    message, advice = known
    found = StoreError(f"{message} ({error})", path, advice)
    found.__cause__ = error
    return found


def missing(path: Path) -> StoreError:
    """The error for a store that was to be read and does not exist."""
    return StoreError("There is no store", path, "Check the path; a store is made by the first run that records to it")
