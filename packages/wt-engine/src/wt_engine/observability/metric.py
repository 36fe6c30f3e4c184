"""Measurements that a store keeps."""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from typing import Any

from wt_engine.observability.opening import AnyStore, opened
from wt_engine.storage import MetricRecord

_UNITS = {"seconds": "s", "s": "s", "ms": "ms", "mb": "MB", "percent": "%"}


class Metric:
    """Measurements in a store.

    Args:
        store: The store, or the path of one.
        run_id: The run that they belong to, if to one.
    """

    def __init__(self, store: AnyStore, run_id: str | None = None) -> None:
        self._store = store
        self._run_id = run_id

    def record(self, name: str, value: float, unit: str | None = None, step: str | None = None) -> None:
        """Keep a measurement.

        Args:
            name: What was measured.
            value: How much.
            unit: Of what.
            step: By which step.

        Raises:
            RunNotFoundError: The store has no such run.
            StoreError: The store cannot be written.
        """
        self.record_all([MetricRecord(name, float(value), unit, step, self._run_id, time())])

    def record_all(self, metrics: list[MetricRecord]) -> None:
        """Keep several measurements, all or none.

        Raises:
            RunNotFoundError: The store has no such run.
            StoreError: The store cannot be written.
        """
        with opened(self._store) as store:
            store.record_metrics(metrics)


def record_figures(
    store: AnyStore,
    figures: Mapping[str, Any],
    prefix: str,
    step: str | None,
    run_id: str | None,
) -> None:
    """Keep the numbers among some figures, each under `<prefix>.<name>`; units are read from the ends of the names.

    Args:
        store: The store, or the path of one.
        figures: The figures.
        prefix: What their names begin with.
        step: What was measured.
        run_id: The run that they belong to; one that the store does not know is left out.

    Raises:
        StoreError: The store cannot be written.
    """
    now = time()
    with opened(store) as backend:
        known = run_id if run_id is not None and backend.get_run(run_id) is not None else None
        metrics = [
            MetricRecord(f"{prefix}.{name}", float(value), _UNITS.get(name.rpartition("_")[2]), step, known, now)
            for name, value in figures.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        backend.record_metrics(metrics)
