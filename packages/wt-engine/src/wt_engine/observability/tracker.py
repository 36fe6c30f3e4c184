"""The runs of a store, how they went, and what was to be said about them, in one place."""

from __future__ import annotations

from typing import Any

from wt_engine.observability.alerts import Alerts
from wt_engine.observability.exporter import run_by_prefix
from wt_engine.observability.opening import opened
from wt_engine.observability.statistics import runs_of, statistics_of
from wt_engine.storage import RunRecord, StepRecord


class PipelineTracker(Alerts):
    """Tells of the runs of a store; its thresholds and alerts are those of `Alerts`, also as an observer.

    Args:
        store: The store, or the path of one.
    """

    def get_pipelines(
        self, status: str | None = None, name: str | None = None, days: float | None = None
    ) -> list[RunRecord]:
        """The runs, the latest first; one whose process died is `interrupted`.

        Args:
            status: Only those that stand so.
            name: Only those of the pipeline of this name.
            days: Only those that began within so many days.

        Raises:
            ValueError: There is no such status.
            StoreError: The store cannot be read.
        """
        with opened(self._store) as store:
            return list(runs_of(store, name, status, days))

    def get_pipeline(self, pipeline_id: str) -> tuple[RunRecord, list[StepRecord]]:
        """A run and its calls.

        Args:
            pipeline_id: The run, by its id or a beginning of it that no other has.

        Raises:
            RunNotFoundError: There is no such run, or there are several.
            StoreError: The store cannot be read.
        """
        with opened(self._store) as store:
            run = run_by_prefix(store, pipeline_id)
            return run, store.get_steps(run.run_id)

    def get_stats(self, name: str | None = None, days: float | None = None) -> dict[str, Any]:
        """Numbers about the runs; see `statistics_of`.

        Args:
            name: Only those of the pipeline of this name.
            days: Only those that began within so many days.

        Raises:
            StoreError: The store cannot be read.
        """
        return statistics_of(self.get_pipelines(name=name, days=days))
