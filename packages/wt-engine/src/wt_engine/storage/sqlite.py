"""The store in a SQLite file, which several processes may use at once."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import time
from typing import Any

from wt_engine.storage.attachments import Attachments
from wt_engine.storage.backend import Durability, RecordedPart, RecordedRun, RunWriter
from wt_engine.storage.background import BackgroundWriter
from wt_engine.storage.connections import Connections
from wt_engine.storage.errors import RunNotFoundError, StoreError
from wt_engine.storage.history import History
from wt_engine.storage.models import RunRecord, RunStatus, StepRecord, StoredEvent
from wt_engine.storage.processes import is_alive
from wt_engine.storage.rows import RUN_COLUMNS, calls_of, dumped, run_of, step_of
from wt_engine.storage.schema import FIRST
from wt_engine.storage.writer import SQLiteWriter


def default_path() -> Path:
    """Where runs are recorded if nothing else is said: `$WT_ENGINE_STORAGE`, or a file in the user's data directory."""
    given = os.environ.get("WT_ENGINE_STORAGE")
    if given:
        path = Path(given).expanduser()
        return path / "runs.db" if path.is_dir() else path
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "wt-engine" / "runs.db"


class SQLiteBackend(Attachments):
    """Keeps runs in a SQLite file in WAL mode: readers never hold up a writer.

    Nothing is opened before the first use. All methods may be called from any thread.

    Args:
        path: The file; `default_path()` without it.
        create: Whether to make it if it does not exist.
        connections: How to reach it, if not as a file.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        create: bool = True,
        connections: Connections | None = None,
    ) -> None:
        self.path = Path(path) if path is not None else default_path()
        self._background: BackgroundWriter | None = None
        super().__init__(connections or Connections(self.path, create=create))

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._connections.close()

    def writer(self, durability: Durability = "step") -> RunWriter:
        """What a runner writes with.

        Args:
            durability: What a commit survives.
        """
        if durability == "run":
            self._background = self._background or BackgroundWriter(SQLiteWriter(self._connections, "NORMAL"))
            return self._background
        return SQLiteWriter(self._connections, "FULL" if durability == "power" else "NORMAL")

    def save_run(self, run: RunRecord) -> None:
        """Keep a run; one that is known is brought up to date.

        Raises:
            StoreError: The store cannot be written.
        """
        values = {
            "run_id": run.run_id,
            "name": run.name,
            "status": RunStatus(run.status).value,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "duration_s": run.duration_s,
            "error": run.error,
            "failed_step": run.failed_step,
            "reason": dumped(run.reason),
            "start": run.start,
            "plan_hash": run.plan_hash,
            "resumed": run.resumed,
            "meta": dumped(run.meta),
            "process": run.process,
            "heartbeat_at": run.heartbeat_at,
        }
        names = ", ".join(values)
        places = ", ".join("?" * len(values))
        changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "run_id")
        with self._connections.transaction() as connection:
            connection.execute(
                f"INSERT INTO runs ({names}) VALUES ({places}) ON CONFLICT (run_id) DO UPDATE SET {changes}",  # noqa: S608 - own names
                tuple(values.values()),
            )
            connection.execute("UPDATE runs SET root = id WHERE run_id = ? AND root IS NULL", (run.run_id,))

    def append_events(self, run_id: str, events: Sequence[StoredEvent]) -> None:
        """Keep events of a run; those whose `seq` is known are left as they are.

        Raises:
            RunNotFoundError: There is no such run.
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            run = self._number(connection, run_id)
            connection.executemany(
                "INSERT OR IGNORE INTO events (root, seq, run, type, stage, timestamp, number, parent, owner, attempt, "
                "kind, scope, payload, meta) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        run,
                        event.seq,
                        run,
                        event.type,
                        event.stage,
                        event.timestamp,
                        _number_in(event.invocation_id),
                        _number_in(event.parent_invocation_id),
                        _number_in(event.owner_invocation_id),
                        event.attempt,
                        event.node_kind,
                        json.dumps(event.scope),
                        dumped(event.payload),
                        dumped(event.meta),
                    )
                    for event in events
                ],
            )

    def get_run(self, run_id: str) -> RunRecord | None:
        """A run, or a sub-pipeline's run, by its id.

        Raises:
            StoreError: The store cannot be read.
        """
        return next(iter(self._runs("r.run_id = ?", (run_id,))), None)

    def list_runs(self, status: RunStatus | str | None = None, limit: int = 100, offset: int = 0) -> list[RunRecord]:
        """Runs, the latest first, without sub-pipelines.

        Args:
            status: Only those that stand so.
            limit: How many at most.
            offset: How many to leave out before.

        Raises:
            StoreError: The store cannot be read.
            ValueError: There is no such status.
        """
        if status is None:
            where, values = "r.parent IS NULL", tuple[str, ...]()
        else:
            if RunStatus(status) in (RunStatus.RUNNING, RunStatus.INTERRUPTED):
                self._runs("r.parent IS NULL AND r.status = ?", (RunStatus.RUNNING.value,))
            where, values = "r.parent IS NULL AND r.status = ?", (RunStatus(status).value,)
        return self._runs(f"{where} ORDER BY r.started_at DESC, r.id DESC LIMIT ? OFFSET ?", (*values, limit, offset))

    def get_events(self, run_id: str, type: str | None = None) -> list[StoredEvent]:  # noqa: A002 - a published name
        """The events of a run in their order, those of its sub-pipelines included.

        Args:
            run_id: The run.
            type: Only events of this type.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            found = connection.execute("SELECT id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            return [] if found is None else History(connection, found[0], run_id).events(type)

    def get_steps(self, run_id: str) -> list[StepRecord]:
        """The recorded calls of a run and its sub-pipelines, in the order in which they ended.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            found = connection.execute("SELECT id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            return [] if found is None else _steps(connection, found[0])

    def find_runs_by_prefix(self, prefix: str, limit: int = 10) -> list[RunRecord]:
        """The runs whose id begins so, without sub-pipelines, the latest first.

        Raises:
            StoreError: The store cannot be read.
        """
        exact = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        where = "r.parent IS NULL AND r.run_id LIKE ? ESCAPE '\\' ORDER BY r.started_at DESC, r.id DESC LIMIT ?"
        return self._runs(where, (f"{exact}%", limit))

    def delete_run(self, run_id: str) -> bool:
        """Forget a run with everything that belongs to it.

        Returns:
            Whether there was one.

        Raises:
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            found = connection.execute("DELETE FROM runs WHERE run_id = ? RETURNING id", (run_id,)).fetchone()
            if found is None:
                return False
            calls = found[0] * FIRST, (found[0] + 1) * FIRST
            connection.execute("DELETE FROM calls WHERE id >= ? AND id < ?", calls)
            connection.execute("DELETE FROM plans WHERE key NOT IN (SELECT plan FROM runs WHERE plan IS NOT NULL)")
            return True

    def recorded(self, run_id: str) -> RecordedRun:
        """What a run is resumed from.

        Raises:
            RunNotFoundError: There is no such run.
            StoreError: The store cannot be read.
        """
        run = self.get_run(run_id)
        if run is None or run.parent_run_id is not None:
            raise RunNotFoundError(f"There is no run '{run_id}' in the store {self.path}")
        with self._connections.reader() as connection:
            root, plan = connection.execute(
                "SELECT r.id, p.facts FROM runs r LEFT JOIN plans p ON p.key = r.plan WHERE r.run_id = ?", (run_id,)
            ).fetchone()
            parts = connection.execute(
                "SELECT r.run_id, (SELECT run_id FROM runs WHERE id = r.parent), r.parent_call, r.state, r.shared "
                "FROM runs r WHERE r.root = ?",
                (root,),
            ).fetchall()
            told = connection.execute(
                "SELECT run, max(seq), max(coalesce(number, 0)) FROM events WHERE root = ? GROUP BY run", (root,)
            ).fetchall()
            run_ids, calls = _run_ids(connection, root), calls_of(connection, root)
        known = {row[0]: RecordedPart(*row) for row in parts}
        numbers: dict[str, int] = {}
        for number, _, last in [*told, *((facts.run, 0, facts.number) for _, facts in calls)]:
            numbers[run_ids[number]] = max(last, numbers.get(run_ids[number], 0))
        seqs = [seq or 0 for _, facts in calls for seq in (facts.start_seq, facts.end_seq)]
        last_seq = max([*seqs, *(last for _, last, _ in told)], default=0)
        return RecordedRun(run, plan, known, [step_of(call, run_ids) for call in calls], last_seq, numbers)

    def _runs(self, where: str, values: tuple[Any, ...]) -> list[RunRecord]:
        with self._connections.reader() as connection:
            rows = connection.execute(f"SELECT {RUN_COLUMNS} FROM runs r WHERE {where}", values)  # noqa: S608 - own names
            found = [run_of(row) for row in rows]
        now = time()
        for run in found:
            if run.status is RunStatus.RUNNING and not is_alive(run.process, run.heartbeat_at, now):
                self._interrupt(run)
        return found

    def _interrupt(self, run: RunRecord) -> None:
        """Mark a run whose process died, unless somebody has taken it over meanwhile."""
        run.status = RunStatus.INTERRUPTED
        try:
            with self._connections.transaction() as connection:
                connection.execute(
                    "UPDATE runs SET status = ? WHERE run_id = ? AND status = ? AND process IS ?",
                    (RunStatus.INTERRUPTED.value, run.run_id, RunStatus.RUNNING.value, run.process),
                )
        except StoreError:
            # Where nothing can be written, whoever reads is told the same each time.
            return


def _run_ids(connection: sqlite3.Connection, root: int) -> dict[int, str]:
    return dict(connection.execute("SELECT id, run_id FROM runs WHERE root = ?", (root,)))


def _steps(connection: sqlite3.Connection, root: int) -> list[StepRecord]:
    run_ids = _run_ids(connection, root)
    return [step_of(call, run_ids) for call in calls_of(connection, root)]


def _number_in(invocation_id: str | None) -> int | None:
    return int(invocation_id.rpartition(":")[2]) if invocation_id else None
