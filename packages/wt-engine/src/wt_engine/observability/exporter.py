"""Records of runs for other programs."""

from __future__ import annotations

import dataclasses
import json
import os
from typing import Any, Literal

from wt_engine.errors import suggestion
from wt_engine.observability.calls import calls_of
from wt_engine.observability.opening import AnyStore, opened
from wt_engine.observability.statistics import runs_of, statistics_of
from wt_engine.observability.table import Kind, Table, iso
from wt_engine.storage import RunNotFoundError, RunRecord, SQLiteBackend
from wt_engine.whole_file import write_whole

Format = Literal["json", "csv", "parquet"]
FORMATS: tuple[Format, ...] = ("json", "csv", "parquet")

_BOM = "\ufeff"
_CALLS: dict[str, Kind] = {
    "run_id": "text",
    "pipeline": "text",
    "run_status": "text",
    "step": "text",
    "kind": "text",
    "attempt": "count",
    "status": "text",
    "started_at": "time",
    "ended_at": "time",
    "duration_s": "number",
    "error": "text",
    "invocation_id": "text",
}
_METRICS: dict[str, Kind] = {
    "run_id": "text",
    "step": "text",
    "name": "text",
    "value": "number",
    "unit": "text",
    "recorded_at": "time",
}


class PipelineExporter:
    """Exports what a store holds.

    Args:
        store: The store, or the path of one that exists.
    """

    def __init__(self, store: AnyStore) -> None:
        self._store = store

    def export_pipeline_logs(
        self,
        pipeline_id: str | None = None,
        format: Format = "json",  # noqa: A002 - a published name
        output_path: str | os.PathLike[str] | None = None,
    ) -> str | bytes:
        """Export what runs did: JSON has the runs with their calls and events, the others a row for each call.

        Args:
            pipeline_id: The run, by its id or a beginning of it that no other has; all runs without it.
            format: How.
            output_path: A file to write it to as well.

        Returns:
            What was exported; bytes for Parquet.

        Raises:
            RunNotFoundError: There is no such run, or there are several.
            ValueError: There is no such format.
            ModuleNotFoundError: Parquet without the extra `export`.
            StoreError: The store cannot be read.
            OSError: The file cannot be written.
        """
        _check(format)
        with opened(self._store, create=False) as store:
            runs = list(runs_of(store)) if pipeline_id is None else [run_by_prefix(store, pipeline_id)]
            if format == "json":
                content: str | bytes = json.dumps({"runs": [_document(store, run) for run in runs]}, indent=2)
            else:
                rows = [row for run in runs for row in _rows(store, run)]
                content = _tabular(Table(_CALLS, rows), format)
        return _written(content, output_path)

    def export_metrics(
        self,
        run_id: str | None = None,
        format: Format = "json",  # noqa: A002 - a published name
        output_path: str | os.PathLike[str] | None = None,
        name: str | None = None,
    ) -> str | bytes:
        """Export measurements.

        Args:
            run_id: Only those of this run, given as for `export_pipeline_logs`.
            format: How.
            output_path: A file to write it to as well.
            name: Only those of this name.

        Returns:
            What was exported; bytes for Parquet.

        Raises:
            RunNotFoundError: As for `export_pipeline_logs`, as are the others.
            ValueError: There is no such format.
            ModuleNotFoundError: Parquet without the extra `export`.
            StoreError: The store cannot be read.
            OSError: The file cannot be written.
        """
        _check(format)
        with opened(self._store, create=False) as store:
            run = None if run_id is None else run_by_prefix(store, run_id).run_id
            rows = [dataclasses.asdict(metric) for metric in store.metrics(run, name)]
        if format == "json":
            told = [{**row, "recorded_at": iso(row["recorded_at"])} for row in rows]
            return _written(json.dumps({"metrics": told}, indent=2), output_path)
        return _written(_tabular(Table(_METRICS, rows), format), output_path)

    def statistics(self, pipeline: str | None = None, days: float | None = None) -> dict[str, Any]:
        """Numbers about the runs; see `statistics_of`.

        Args:
            pipeline: Only those of the pipeline of this name.
            days: Only those that began within so many days.

        Raises:
            StoreError: The store cannot be read.
        """
        with opened(self._store, create=False) as store:
            return statistics_of(list(runs_of(store, pipeline, days=days)))

    def export_statistics(self, output_path: str | os.PathLike[str] | None = None) -> str:
        """Export numbers about all runs, as JSON.

        Args:
            output_path: A file to write it to as well.

        Raises:
            StoreError: The store cannot be read.
            OSError: The file cannot be written.
        """
        content = json.dumps(self.statistics(), indent=2)
        _written(content, output_path)
        return content


def run_by_prefix(store: SQLiteBackend, prefix: str) -> RunRecord:
    """The run whose id is, or alone begins with, a text.

    Raises:
        RunNotFoundError: There is none, or there are several.
        StoreError: The store cannot be read.
    """
    exact = store.get_run(prefix) if prefix else None
    found = [exact] if exact is not None else store.find_runs_by_prefix(prefix)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(run.run_id[: len(prefix) + 8] for run in found[:5])
        raise RunNotFoundError(f"several runs begin with '{prefix}': {names}{', …' if len(found) > 5 else ''}")
    raise RunNotFoundError(f"there is no run '{prefix}' in {store.path}")


def run_document(run: RunRecord) -> dict[str, Any]:
    """A run as JSON can hold it, times as ISO 8601."""
    told = dataclasses.asdict(run)
    times = {name: iso(told[name]) for name in ("started_at", "ended_at", "heartbeat_at")}
    return {**told, **times, "status": run.status.value}


def _document(store: SQLiteBackend, run: RunRecord) -> dict[str, Any]:
    events = store.get_events(run.run_id)
    calls = [dataclasses.asdict(span) | {"status": span.status} for span in calls_of(events, over=run.over).spans]
    return {**run_document(run), "calls": calls, "events": [dataclasses.asdict(event) for event in events]}


def _rows(store: SQLiteBackend, run: RunRecord) -> list[dict[str, Any]]:
    return [
        {
            "run_id": run.run_id,
            "pipeline": run.name,
            "run_status": run.status.value,
            "step": span.stage,
            "kind": span.kind,
            "attempt": span.attempt,
            "status": span.status,
            "started_at": span.start,
            "ended_at": span.end,
            "duration_s": span.seconds,
            "error": span.error,
            "invocation_id": span.invocation_id,
        }
        for span in calls_of(store.get_events(run.run_id), over=run.over).spans
    ]


def _check(chosen: str) -> None:
    if chosen not in FORMATS:
        near = suggestion(chosen, FORMATS)
        raise ValueError(f"there is no export format {chosen!r}; there are {', '.join(FORMATS)}.{near}")


def _tabular(table: Table, chosen: Format) -> str | bytes:
    return table.csv() if chosen == "csv" else table.parquet()


def _written(content: str | bytes, path: str | os.PathLike[str] | None) -> str | bytes:
    if path is not None:
        # The mark at the beginning is how spreadsheets recognise UTF-8.
        mark = _BOM if str(path).endswith(".csv") else ""
        write_whole(path, content if isinstance(content, bytes) else (mark + content).encode())
    return content
