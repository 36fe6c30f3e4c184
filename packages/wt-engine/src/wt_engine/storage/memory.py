"""The store in memory, for tests: the same tables, and gone with the process."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wt_engine.storage.connections import Connections, Synchronous
from wt_engine.storage.errors import store_error
from wt_engine.storage.schema import migrate
from wt_engine.storage.sqlite import SQLiteBackend
from wt_engine.storage.write_line import WriteLine


class _OneConnection(Connections):
    """A store that lives in its only connection, which everybody shares in turn."""

    def __init__(self) -> None:
        super().__init__(Path(":memory:"))
        self._only = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._only.execute("PRAGMA foreign_keys = ON")
        migrate(self._only, self.path)
        self._line = WriteLine(self._only)
        weakref.finalize(self, self._line.close).atexit = False

    def line(self, _synchronous: Synchronous = "NORMAL") -> WriteLine:
        return self._line

    def rest(self, _synchronous: Synchronous) -> None:
        """Nothing: nobody else writes to it."""

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        with self.lock:
            try:
                yield self._line.free()
            except sqlite3.Error as error:
                raise store_error(self.path, error) from error

    def close(self) -> None:
        """Keep what there is: closing would forget it."""


class InMemoryBackend(SQLiteBackend):
    """Keeps runs as long as this object lives."""

    def __init__(self) -> None:
        super().__init__(":memory:", connections=_OneConnection())
