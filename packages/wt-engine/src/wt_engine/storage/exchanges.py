"""Single records of what went in and what came out, for programs that have no pipeline."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from time import time
from types import TracebackType
from typing import Any

from wt_engine.storage.connections import Connections
from wt_engine.storage.rows import loaded

_FIELDS = ("input", "output", "details", "error")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One record.

    Attributes:
        id: Its number in the store.
        input: What went in.
        output: What came out.
        details: What else is known.
        error: What went wrong.
        created_at: When it was first written, in seconds since the epoch.
        updated_at: When it was last written.
    """

    id: int
    input: Any
    output: Any
    details: Any
    error: Any
    created_at: float
    updated_at: float


class SQLite:
    """Keeps such records in a store; values are what JSON can hold.

    Args:
        db_name: The store's file; it is made if it does not exist.
    """

    def __init__(self, db_name: str | os.PathLike[str]) -> None:
        self._connections = Connections(Path(db_name))

    def __enter__(self) -> SQLite:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(
        self,
        input_data: Any = None,
        output: Any = None,
        details: Any = None,
        error: Any = None,
        record_id: int | None = None,
    ) -> int:
        """Write a new record, or into an existing one; what is None there stays as it is.

        Args:
            input_data: What went in.
            output: What came out.
            details: What else is known.
            error: What went wrong.
            record_id: The record to write into.

        Returns:
            The record's number.

        Raises:
            LookupError: There is no record of that number.
            TypeError: JSON cannot hold a value.
            StoreError: The store cannot be written.
        """
        given = dict(zip(_FIELDS, (input_data, output, details, error), strict=True))
        if record_id is not None:
            self.update(record_id, **{name: value for name, value in given.items() if value is not None})
            return record_id
        now = time()
        values = [_text(name, value) for name, value in given.items()]
        with self._connections.transaction() as connection:
            added = connection.execute(
                "INSERT INTO exchanges (input, output, details, error, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (*values, now, now),
            ).lastrowid
        assert added is not None
        return added

    def update(self, record_id: int, **changes: Any) -> None:
        """Change some of `input`, `output`, `details`, `error` of a record; None empties them.

        Raises:
            LookupError: There is no record of that number.
            TypeError: Another name was given, or JSON cannot hold a value.
            StoreError: The store cannot be written.
        """
        unknown = set(changes) - set(_FIELDS)
        if unknown:
            raise TypeError(f"a record has no {', '.join(sorted(unknown))}; it has {', '.join(_FIELDS)}")
        assignments = "".join(f"{name} = ?, " for name in changes)
        values = [_text(name, value) for name, value in changes.items()]
        with self._connections.transaction() as connection:
            changed = connection.execute(
                f"UPDATE exchanges SET {assignments}updated_at = ? WHERE id = ?",  # noqa: S608 - own names
                (*values, time(), record_id),
            )
            if not changed.rowcount:
                raise LookupError(f"There is no record {record_id} in the store {self._connections.path}")

    def read_by_id(self, record_id: int) -> Exchange | None:
        """A record by its number, or None.

        Raises:
            StoreError: The store cannot be read.
        """
        return next(iter(self._read("WHERE id = ?", (record_id,))), None)

    def get_all(self, limit: int | None = None, offset: int = 0) -> list[Exchange]:
        """All records, the oldest first.

        Args:
            limit: How many at most.
            offset: How many to leave out before.

        Raises:
            StoreError: The store cannot be read.
        """
        return self._read("ORDER BY id LIMIT ? OFFSET ?", (-1 if limit is None else limit, offset))

    def count_records(self) -> int:
        """How many records there are.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            return int(connection.execute("SELECT count(*) FROM exchanges").fetchone()[0])

    def close(self) -> None:
        """Close the store; the next use opens it again."""
        self._connections.close()

    def _read(self, rest: str, values: tuple[int, ...]) -> list[Exchange]:
        columns = f"id, {', '.join(_FIELDS)}, created_at, updated_at"
        with self._connections.reader() as connection:
            rows = connection.execute(f"SELECT {columns} FROM exchanges {rest}", values)  # noqa: S608 - own names
            return [Exchange(row[0], *map(loaded, row[1:5]), *row[5:]) for row in rows]


class Wsqlite:
    """One record, written as it becomes known: every assignment is on disk when it returns.

    An exception that leaves the block becomes the record's `error`, unless it has one.

    Args:
        db_name: The store's file; it is made if it does not exist.
        record_id: The record to go on with; a new one without it.

    Raises:
        LookupError: There is no record of that number (when the block is entered).
    """

    def __init__(self, db_name: str | os.PathLike[str], record_id: int | None = None) -> None:
        self._records = SQLite(db_name)
        self._id = record_id

    def __enter__(self) -> Wsqlite:
        if self._id is None:
            self._id = self._records.write()
        else:
            self._current()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self.error is None:
            self.error = f"{type(error).__name__}: {error}"
        self._records.close()

    @property
    def id(self) -> int:
        """The record's number."""
        if self._id is None:
            raise RuntimeError("Wsqlite is a context manager: use it in a 'with' block")
        return self._id

    @property
    def input(self) -> Any:
        """What went in."""
        return self._current().input

    @input.setter  # noqa: A003 - the published name
    def input(self, value: Any) -> None:
        self._records.update(self.id, input=value)

    @property
    def output(self) -> Any:
        """What came out."""
        return self._current().output

    @output.setter
    def output(self, value: Any) -> None:
        self._records.update(self.id, output=value)

    @property
    def details(self) -> Any:
        """What else is known."""
        return self._current().details

    @details.setter
    def details(self, value: Any) -> None:
        self._records.update(self.id, details=value)

    @property
    def error(self) -> Any:
        """What went wrong."""
        return self._current().error

    @error.setter
    def error(self, value: Any) -> None:
        self._records.update(self.id, error=value)

    def _current(self) -> Exchange:
        found = self._records.read_by_id(self.id)
        if found is None:
            raise LookupError(f"There is no record {self.id}")
        return found


def _text(name: str, value: Any) -> str | None:
    try:
        return None if value is None else json.dumps(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"'{name}' cannot be recorded: {error}") from error
