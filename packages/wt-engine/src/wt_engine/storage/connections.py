"""The connections to one store: writers by durability, and a pool of readers that hold up nobody."""

from __future__ import annotations

import os
import queue
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from wt_engine.storage.errors import StoreError, missing, store_error
from wt_engine.storage.schema import LOG, PAGE, VERSION, migrate, version_of
from wt_engine.storage.write_line import WriteLine

Synchronous = Literal["NORMAL", "FULL"]
"""What a commit survives: the death of the process, or also that of the machine."""

PATIENCE = 30.0
"""Seconds that a writer waits for the writers of other processes."""

_PAUSE = 0.005

READERS = 8
"""How many idle connections for reading are kept."""

_forks = 0


def _forked() -> None:
    # Asking for the process's number before every row would take longer than what is asked for.
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


class Connections:
    """Opens a store when it is first used, and checks what it is.

    Args:
        path: The file.
        create: Whether to make it if it does not exist.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._create = create
        self.lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        self._forks = _forks
        self._checked = False
        self._writable = True
        self._lines: dict[Synchronous, WriteLine] = {}
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(READERS)
        # Whoever forgets a store leaves no connection behind; at the end of the process the system sees to that.
        weakref.finalize(self, _close, self._lines, self._readers, _forks).atexit = False

    def line(self, synchronous: Synchronous = "NORMAL") -> WriteLine:
        """What to write single rows with; hold `lock` while using it.

        Raises:
            StoreError: The store cannot be opened or written, or is none.
        """
        found = self._lines.get(synchronous)
        if found is not None and self._forks == _forks:
            return found
        with self.lock:
            self._prepare()
            found = self._lines.get(synchronous)
            if found is None:
                if not self._writable:
                    raise store_error(self.path, PermissionError("it may only be read"))
                connection = self._open("rw")
                connection.execute(f"PRAGMA synchronous = {synchronous}")
                connection.execute(f"PRAGMA wal_autocheckpoint = {LOG}")
                found = self._lines[synchronous] = WriteLine(connection)
            return found

    def writer(self, synchronous: Synchronous = "NORMAL") -> sqlite3.Connection:
        """The connection for writing, in autocommit mode; hold `lock` while using it.

        Raises:
            StoreError: The store cannot be opened or written, or is none.
        """
        return self.line(synchronous).free()

    def rest(self, synchronous: Synchronous) -> None:
        """Say that nothing more is written for a while."""
        with self.lock:
            line = self._lines.get(synchronous)
            if line is not None and self._forks == _forks:
                line.rest()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write several things, or nothing.

        Raises:
            StoreError: The store cannot be opened or written, or is none.
        """
        with self.lock:
            connection = self.writer()
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise store_error(self.path, error) from error

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Read from one state of the store, from any thread.

        Raises:
            StoreError: The store cannot be opened or read, or is none.
        """
        with self.lock:
            self._prepare()
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = self._open("ro")
        try:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            connection.close()
            raise store_error(self.path, error) from error
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        with self.lock:
            _close(self._lines, self._readers, self._forks)
            self._begin()

    def _keep(self, connection: sqlite3.Connection) -> None:
        try:
            self._readers.put_nowait(connection)
        except queue.Full:
            connection.close()

    def _prepare(self) -> None:
        if self._forks != _forks:
            # Connections do not survive a fork: the child lets go of them without closing the parent's.
            self._begin()
        if self._checked:
            return
        exists = self.path.exists()
        if not exists and not self._create:
            raise missing(self.path)
        try:
            if not exists:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            elif self.path.is_dir():
                raise store_error(self.path, IsADirectoryError("it is a directory"))
        except OSError as error:
            raise store_error(self.path, error) from error
        self._writable = not exists or (os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK))
        self._check()
        self._checked = True

    def _check(self) -> None:
        connection = self._open("rwc" if self._writable else "ro")
        try:
            if not self._create and version_of(connection, self.path) == 0:
                raise StoreError("The file is empty and no store", self.path, "Check the path")
            if self._writable:
                _use_wal(connection)
                migrate(connection, self.path)
            elif version_of(connection, self.path) < VERSION:
                raise StoreError(
                    "The store has an older schema and may only be read", self.path, "Make it writable once"
                )
            # A file that was cut off is found here and not in the middle of a run.
            connection.execute("SELECT count(*) FROM runs").fetchone()
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error
        finally:
            connection.close()

    def _open(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        if mode == "ro" and not self._writable and not Path(f"{self.path}-wal").exists():
            # Without its side files, which cannot be made here, the file can only be read as one that never changes.
            uri += "&immutable=1"
        try:
            connection = sqlite3.connect(
                uri, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=64, uri=True
            )
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error
        return connection


def _close(lines: dict[Synchronous, WriteLine], readers: queue.LifoQueue[sqlite3.Connection], forks: int) -> None:
    """Close connections that this process has opened; those of the process that it was forked from are not its own."""
    if forks != _forks:
        return
    for line in lines.values():
        line.close()
    lines.clear()
    while not readers.empty():
        readers.get_nowait().close()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Put a store into WAL mode; another process that does so makes this one wait, which SQLite itself does not."""
    last = time.monotonic() + PATIENCE
    while True:
        try:
            # The header says that it is in WAL mode; asking for it again would need a lock.
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute(f"PRAGMA page_size = {PAGE}")
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
        time.sleep(_PAUSE)
