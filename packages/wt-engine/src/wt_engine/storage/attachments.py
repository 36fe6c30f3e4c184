"""What belongs to runs beside their steps: artifacts, checkpoints, metrics, alerts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from time import time

from wt_engine.storage.connections import Connections
from wt_engine.storage.errors import RunNotFoundError
from wt_engine.storage.models import AlertRecord, ArtifactRecord, CheckpointRecord, MetricRecord, ThresholdRecord

_ALERT_COLUMNS = (
    "a.metric, a.expression, a.severity, a.value, a.message, r.run_id, a.fired_at, a.acknowledged_at, "
    "a.acknowledged_by, a.id"
)


class Attachments:
    """Keeps what belongs to runs.

    Args:
        connections: The store.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add_artifact(self, run_id: str, artifact: ArtifactRecord) -> None:
        """Keep that a run has made a file.

        Raises:
            RunNotFoundError: There is no such run.
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            connection.execute(
                "INSERT INTO artifacts (run, step, name, uri, media_type, size, digest, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._number(connection, run_id),
                    artifact.step,
                    artifact.name,
                    artifact.uri,
                    artifact.media_type,
                    artifact.size,
                    artifact.digest,
                    artifact.created_at or time(),
                ),
            )

    def artifacts(self, run_id: str) -> list[ArtifactRecord]:
        """The files that a run has made, in order.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            rows = connection.execute(
                "SELECT a.name, a.uri, a.step, a.media_type, a.size, a.digest, a.created_at "
                "FROM artifacts a JOIN runs r ON r.id = a.run WHERE r.run_id = ? ORDER BY a.id",
                (run_id,),
            )
            return [ArtifactRecord(*row) for row in rows]

    def save_checkpoint(self, run_id: str, checkpoint: CheckpointRecord) -> None:
        """Keep a state by name; earlier ones of that name stay.

        Raises:
            RunNotFoundError: There is no such run.
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            connection.execute(
                "INSERT INTO checkpoints (run, name, step, state, created_at) VALUES (?, ?, ?, ?, ?)",
                (
                    self._number(connection, run_id),
                    checkpoint.name,
                    checkpoint.step,
                    checkpoint.state,
                    checkpoint.created_at or time(),
                ),
            )

    def checkpoints(self, run_id: str, name: str | None = None) -> list[CheckpointRecord]:
        """The checkpoints of a run, the oldest first.

        Args:
            run_id: The run.
            name: Only those of this name.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            rows = connection.execute(
                "SELECT c.name, c.state, c.step, c.created_at FROM checkpoints c JOIN runs r ON r.id = c.run "
                "WHERE r.run_id = :run AND (:name IS NULL OR c.name = :name) ORDER BY c.id",
                {"run": run_id, "name": name},
            )
            return [CheckpointRecord(*row) for row in rows]

    def record_metrics(self, metrics: Sequence[MetricRecord]) -> None:
        """Keep measurements.

        Raises:
            RunNotFoundError: There is no run of an id that one of them names.
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            numbers = {run_id: self._number(connection, run_id) for run_id in {m.run_id for m in metrics} if run_id}
            connection.executemany(
                "INSERT INTO metrics (run, step, name, value, unit, recorded_at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (numbers.get(m.run_id or ""), m.step, m.name, m.value, m.unit, m.recorded_at or time())
                    for m in metrics
                ],
            )

    def metrics(self, run_id: str | None = None, name: str | None = None) -> list[MetricRecord]:
        """Measurements, the oldest first.

        Args:
            run_id: Only those of this run.
            name: Only those of this name.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            rows = connection.execute(
                "SELECT m.name, m.value, m.unit, m.step, r.run_id, m.recorded_at "
                "FROM metrics m LEFT JOIN runs r ON r.id = m.run "
                "WHERE (:run IS NULL OR r.run_id = :run) AND (:name IS NULL OR m.name = :name) ORDER BY m.id",
                {"run": run_id, "name": name},
            )
            return [MetricRecord(*row) for row in rows]

    def add_alert(self, alert: AlertRecord) -> int:
        """Keep that a threshold was crossed.

        Returns:
            The alert's number.

        Raises:
            RunNotFoundError: There is no run of the id that it names.
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            run = None if alert.run_id is None else self._number(connection, alert.run_id)
            added = connection.execute(
                "INSERT INTO alerts (run, metric, expression, severity, value, message, fired_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    run,
                    alert.metric,
                    alert.expression,
                    alert.severity,
                    alert.value,
                    alert.message,
                    alert.fired_at or time(),
                ),
            ).lastrowid
            return int(added or 0)

    def alerts(self, run_id: str | None = None, *, unacknowledged: bool = False) -> list[AlertRecord]:
        """Alerts, the oldest first.

        Args:
            run_id: Only those of this run.
            unacknowledged: Only those that nobody has acknowledged.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            rows = connection.execute(
                f"SELECT {_ALERT_COLUMNS} FROM alerts a LEFT JOIN runs r ON r.id = a.run "  # noqa: S608 - own names
                "WHERE (:run IS NULL OR r.run_id = :run) AND (NOT :open OR a.acknowledged_at IS NULL) ORDER BY a.id",
                {"run": run_id, "open": unacknowledged},
            )
            return [AlertRecord(*row) for row in rows]

    def save_threshold(self, threshold: ThresholdRecord) -> None:
        """Keep a threshold; the hooks of one that is known are replaced.

        Raises:
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            connection.execute(
                "INSERT INTO thresholds (metric, expression, severity, hooks) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (metric, expression, severity) DO UPDATE SET hooks = excluded.hooks",
                (threshold.metric, threshold.expression, threshold.severity, json.dumps(threshold.hooks)),
            )

    def thresholds(self) -> list[ThresholdRecord]:
        """The thresholds, in the order in which they were added.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._connections.reader() as connection:
            rows = connection.execute("SELECT metric, expression, severity, hooks FROM thresholds ORDER BY id")
            return [
                ThresholdRecord(metric, expression, severity, tuple(json.loads(hooks)))
                for metric, expression, severity, hooks in rows
            ]

    def acknowledge_alert(self, alert_id: int, by: str | None = None) -> bool:
        """Keep that somebody has seen an alert.

        Args:
            alert_id: The alert's number.
            by: Who.

        Returns:
            Whether there is such an alert that nobody had acknowledged before.

        Raises:
            StoreError: The store cannot be written.
        """
        with self._connections.transaction() as connection:
            changed = connection.execute(
                "UPDATE alerts SET acknowledged_at = ?, acknowledged_by = ? WHERE id = ? AND acknowledged_at IS NULL",
                (time(), by, alert_id),
            )
            return changed.rowcount > 0

    def _number(self, connection: sqlite3.Connection, run_id: str) -> int:
        found = connection.execute("SELECT id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if found is None:
            raise RunNotFoundError(f"There is no run '{run_id}' in the store {self._connections.path}")
        return int(found[0])
