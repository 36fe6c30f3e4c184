"""The connection on which a process writes to a store."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence

_MOST = 128
"""How many rows are written from one place in the log: as long as it is held, the log cannot begin anew."""

_OVERTAKEN = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT)


class WriteLine:
    """Writes rows, each of them a transaction.

    A transaction begins by finding the end of the log, under three locks that nobody else wants as a rule. Of rows that
    follow on each other, only the first does so: after it an open query holds the place, and SQLite itself refuses the
    next row if somebody else has written meanwhile. Then that one is written from the new end.

    Args:
        connection: In autocommit mode.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.cursor().execute
        self._place: sqlite3.Cursor | None = None
        self._rows = 0

    def add(self, statement: str, values: Sequence[object]) -> None:
        """Write one row.

        Raises:
            sqlite3.Error: It could not be written.
        """
        if self._place is not None:
            if self._rows < _MOST:
                self._rows += 1
                try:
                    self._execute(statement, values)
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode not in _OVERTAKEN:
                        raise
                else:
                    return
            self.rest()
        self._execute(statement, values)
        if self._rows:
            self._place = self._connection.execute("SELECT 1 FROM sqlite_master")
        self._rows += 1

    def rest(self) -> None:
        """Let go of the place in the log."""
        self._rows = 0
        if self._place is not None:
            self._place.close()
            self._place = None

    def free(self) -> sqlite3.Connection:
        """The connection, for something else than one row."""
        self.rest()
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(sqlite3.Error):
            self.rest()
        self._connection.close()
