"""Writing what runs say, as they say it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from time import time

from wt_engine.storage.connections import Connections, Synchronous
from wt_engine.storage.errors import RunNotFoundError, RunTakenError, store_error
from wt_engine.storage.models import EventRow, NewRun, PlanFacts, RunEnd, RunStatus, StepRow
from wt_engine.storage.processes import in_words, is_alive, this_process


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - own names


_STEP = _insert("calls", StepRow._fields)
_EVENT = _insert("events", EventRow._fields)
_PLAN = "INSERT OR IGNORE INTO plans (key, facts) VALUES (?, ?)"
_RUN = _insert("runs", (*NewRun._fields, "root", "status", "process", "heartbeat_at"))


class SQLiteWriter:
    """Writes to a store; runs of one process share it.

    Args:
        connections: The store.
        synchronous: What a commit survives.
    """

    def __init__(self, connections: Connections, synchronous: Synchronous) -> None:
        self._connections = connections
        self._synchronous = synchronous

    def begin(self, run: NewRun, plan: PlanFacts | None = None) -> int:
        """Write that a run, or a sub-pipeline of one, begins.

        Args:
            run: What is known of it.
            plan: Its plan; not for a sub-pipeline, which is in the plan of the run above.

        Returns:
            Its number.

        Raises:
            RunTakenError: A run is recorded that has its id.
            StoreError: It could not be written.
        """
        with self._connections.transaction() as connection:
            if connection.execute("SELECT 1 FROM runs WHERE run_id = ?", (run.run_id,)).fetchone():
                advice = "Resume that one, or give the new run another id"
                raise RunTakenError(f"Run '{run.run_id}' is recorded already", self._connections.path, advice)
            root = None
            if plan is not None:
                connection.execute(_PLAN, (plan.key, plan.text))
                run = run._replace(plan=plan.key, plan_hash=plan.digest)
            if run.parent is not None:
                (root,) = connection.execute("SELECT root FROM runs WHERE id = ?", (run.parent,)).fetchone()
            values = (*run, root, RunStatus.RUNNING.value, this_process(), time())
            number = connection.execute(_RUN, values).lastrowid
            assert number is not None
            if root is None:
                connection.execute("UPDATE runs SET root = id WHERE id = ?", (number,))
        return number

    def resume(self, run_id: str, plan: PlanFacts) -> dict[str, int]:
        """Take over a run that nobody runs.

        Args:
            run_id: The run.
            plan: The plan that it goes on with.

        Returns:
            Its number and those of its sub-pipelines, by id.

        Raises:
            RunNotFoundError: There is no such run.
            RunTakenError: Another process runs it.
            StoreError: It could not be written.
        """
        with self._connections.transaction() as connection:
            found = connection.execute(
                "SELECT id, status, process, heartbeat_at FROM runs WHERE run_id = ?", (run_id,)
            ).fetchone()
            if found is None:
                raise RunNotFoundError(f"There is no run '{run_id}' in the store {self._connections.path}")
            number, status, process, heartbeat_at = found
            if status == RunStatus.RUNNING and is_alive(process, heartbeat_at, time()):
                path, who = self._connections.path, in_words(process)
                raise RunTakenError(f"Run '{run_id}' is still running, in {who}", path, "Let it end, or end it first")
            connection.execute(_PLAN, (plan.key, plan.text))
            connection.execute(
                "UPDATE runs SET status = ?, process = ?, heartbeat_at = ?, resumed = resumed + 1, plan = ?, "
                "plan_hash = ?, ended_at = NULL, error = NULL, failed_step = NULL, reason = NULL WHERE id = ?",
                (RunStatus.RUNNING, this_process(), time(), plan.key, plan.digest, number),
            )
            rows = connection.execute("SELECT run_id, id FROM runs WHERE root = ?", (number,)).fetchall()
        return dict(rows)

    def write(self, steps: Sequence[StepRow], events: Sequence[EventRow]) -> None:
        """Write calls and events, all or none.

        Raises:
            StoreError: They could not be written.
        """
        connections = self._connections
        with connections.lock:
            line = connections.line(self._synchronous)
            try:
                if not events and len(steps) == 1:
                    line.add(_STEP, steps[0])
                else:
                    _write_all(line.free(), steps, events)
            except sqlite3.Error as error:
                raise store_error(connections.path, error) from error

    def rest(self) -> None:
        """Say that nothing more is written for a while."""
        self._connections.rest(self._synchronous)

    def beat(self, run: int) -> None:
        """Write that the run's process lives.

        Raises:
            StoreError: It could not be written.
        """
        self._update("UPDATE runs SET heartbeat_at = ? WHERE id = ?", (time(), run))

    def end(self, run: int, how: RunEnd) -> None:
        """Write how a run ended.

        Raises:
            StoreError: It could not be written.
        """
        changes = ", ".join(f"{name} = ?" for name in RunEnd._fields)
        self._update(f"UPDATE runs SET {changes} WHERE id = ?", (*how, run))  # noqa: S608 - own names

    def _update(self, statement: str, values: tuple[object, ...]) -> None:
        with self._connections.lock:
            try:
                self._connections.writer(self._synchronous).execute(statement, values)
            except sqlite3.Error as error:
                raise store_error(self._connections.path, error) from error


def _write_all(connection: sqlite3.Connection, steps: Sequence[StepRow], events: Sequence[EventRow]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if steps:
            connection.executemany(_STEP, steps)
        if events:
            connection.executemany(_EVENT, events)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
