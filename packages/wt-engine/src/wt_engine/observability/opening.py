"""Using a store that is given as itself or as the path of its file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

from wt_engine.storage import SQLiteBackend

AnyStore = SQLiteBackend | str | os.PathLike[str]


@contextmanager
def opened(store: AnyStore, *, create: bool = True) -> Iterator[SQLiteBackend]:
    """The store; one that is opened here is closed afterwards.

    Args:
        store: The store, or the path of one.
        create: Whether to make a file that does not exist.

    Raises:
        StoreError: At the first use, if it cannot be opened.
    """
    if isinstance(store, SQLiteBackend):
        yield store
        return
    with closing(SQLiteBackend(store, create=create)) as backend:
        yield backend
