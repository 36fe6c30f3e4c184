"""The tables of a store, as the sequence of steps that made them what they are."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence

from wt_engine.storage.errors import StoreError, store_error
from wt_engine.storage.facts import repacked

APPLICATION = 0x7774656E
"""Marks a SQLite file as a store ("wten")."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE plans (key TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        root INTEGER REFERENCES runs(id) ON DELETE CASCADE,
        parent INTEGER REFERENCES runs(id) ON DELETE CASCADE,
        parent_call INTEGER,
        name TEXT NOT NULL,
        scope TEXT NOT NULL DEFAULT '[]',
        status TEXT NOT NULL,
        started_at REAL NOT NULL,
        ended_at REAL,
        duration_s REAL,
        error TEXT,
        failed_step TEXT,
        reason TEXT,
        start TEXT,
        state TEXT,
        shared TEXT,
        plan TEXT REFERENCES plans(key),
        plan_hash TEXT,
        meta TEXT,
        process TEXT,
        heartbeat_at REAL,
        resumed INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX runs_by_start ON runs(started_at) WHERE parent IS NULL;
    CREATE INDEX runs_by_status ON runs(status, started_at) WHERE parent IS NULL;
    CREATE INDEX runs_by_root ON runs(root);
    CREATE TABLE steps (
        root INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        record INTEGER NOT NULL,
        run INTEGER NOT NULL,
        number INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        node TEXT NOT NULL,
        kind TEXT NOT NULL,
        owner INTEGER NOT NULL,
        position INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        start_seq INTEGER,
        end_seq INTEGER,
        started_at REAL,
        ended_at REAL,
        seconds REAL,
        outcome TEXT NOT NULL,
        target TEXT,
        value TEXT,
        delta TEXT,
        error TEXT,
        meta TEXT,
        PRIMARY KEY (root, record)
    ) WITHOUT ROWID;
    CREATE TABLE events (
        root INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        run INTEGER NOT NULL,
        type TEXT NOT NULL,
        stage TEXT NOT NULL,
        timestamp REAL NOT NULL,
        number INTEGER,
        parent INTEGER,
        owner INTEGER,
        attempt INTEGER,
        kind TEXT,
        scope TEXT,
        payload TEXT,
        meta TEXT,
        PRIMARY KEY (root, seq)
    ) WITHOUT ROWID;
    CREATE TABLE artifacts (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        step TEXT,
        name TEXT NOT NULL,
        uri TEXT NOT NULL,
        media_type TEXT,
        size INTEGER,
        digest TEXT,
        created_at REAL NOT NULL
    );
    CREATE INDEX artifacts_by_run ON artifacts(run);
    CREATE TABLE checkpoints (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        step TEXT,
        state TEXT NOT NULL,
        created_at REAL NOT NULL
    );
    CREATE INDEX checkpoints_by_run ON checkpoints(run, name);
    """,
    """
    CREATE TABLE metrics (
        id INTEGER PRIMARY KEY,
        run INTEGER REFERENCES runs(id) ON DELETE CASCADE,
        step TEXT,
        name TEXT NOT NULL,
        value REAL NOT NULL,
        unit TEXT,
        recorded_at REAL NOT NULL
    );
    CREATE INDEX metrics_by_run ON metrics(run, name);
    CREATE INDEX metrics_by_name ON metrics(name, recorded_at);
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY,
        run INTEGER REFERENCES runs(id) ON DELETE CASCADE,
        metric TEXT NOT NULL,
        expression TEXT NOT NULL,
        severity TEXT NOT NULL,
        value REAL NOT NULL,
        message TEXT NOT NULL,
        fired_at REAL NOT NULL,
        acknowledged_at REAL,
        acknowledged_by TEXT
    );
    CREATE INDEX alerts_by_run ON alerts(run);
    CREATE INDEX alerts_open ON alerts(fired_at) WHERE acknowledged_at IS NULL;
    CREATE TABLE exchanges (
        id INTEGER PRIMARY KEY,
        input TEXT,
        output TEXT,
        details TEXT,
        error TEXT,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL
    );
    """,
    """
    CREATE TABLE thresholds (
        id INTEGER PRIMARY KEY,
        metric TEXT NOT NULL,
        expression TEXT NOT NULL,
        severity TEXT NOT NULL,
        hooks TEXT NOT NULL,
        UNIQUE (metric, expression, severity)
    );
    """,
    # One integer says which call it is (see `FIRST`), so that a row is added at the end of one page and nowhere else.
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY,
        node TEXT NOT NULL,
        facts BLOB NOT NULL,
        value TEXT,
        delta TEXT,
        target TEXT,
        error TEXT,
        meta TEXT
    );
    INSERT INTO calls
        SELECT (root << 32) | record, node, repacked(run, number, parent, owner, position, attempt, start_seq, end_seq,
            started_at, ended_at, seconds, kind, outcome), value, delta, target, error, meta
        FROM steps ORDER BY root, record;
    DROP TABLE steps;
    """,
)
"""The script of each version, from 1; a released one is never changed, only followed by another."""

VERSION = len(MIGRATIONS)

PAGE = 1024
"""Bytes of a page of a new store: a commit writes each page that it touches as a whole."""

LOG = 4096
"""Pages that are added to the log before it is brought into the store, as many bytes as SQLite's own bound allows."""

FIRST = 1 << 32
"""The calls of run `n` have the numbers from `n * FIRST` to that of the next run, in the order in which they ended."""


def version_of(connection: sqlite3.Connection, path: str | os.PathLike[str]) -> int:
    """The schema version of a file, 0 for an empty one.

    Raises:
        StoreError: It is no store, or one that a newer wt-engine has written.
    """
    try:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    if tables and application != APPLICATION:
        raise StoreError(
            "This SQLite file belongs to another program", path, "Give the path of a store, or of a new file"
        )
    if found > VERSION:
        raise StoreError(
            f"The store has schema version {found}, and this wt-engine knows {VERSION}", path, "Upgrade wt-engine"
        )
    return int(found)


def migrate(connection: sqlite3.Connection, path: str | os.PathLike[str], scripts: Sequence[str] = MIGRATIONS) -> None:
    """Bring a file to the newest schema; several processes may do so at once, and one of them will.

    Args:
        connection: A connection in autocommit mode that may write.
        path: The store's file.
        scripts: The script of each version.

    Raises:
        StoreError: It is no store, is of a newer schema, or cannot be written.
    """
    if version_of(connection, path) >= len(scripts):
        return
    try:
        connection.create_function("repacked", 13, repacked, deterministic=True)
        connection.execute("BEGIN IMMEDIATE")
        try:
            for number, script in enumerate(scripts[version_of(connection, path) :], version_of(connection, path) + 1):
                for statement in script.split(";"):
                    if statement.strip():
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise store_error(path, error) from error
