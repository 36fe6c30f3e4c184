"""Records of runs for spreadsheets, data frames and scripts."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_engine import Pipe
from wt_engine.observability import Metric, PipelineExporter
from wt_engine.observability.statistics import statistics_of
from wt_engine.observability.table import Table
from wt_engine.storage import RunNotFoundError, RunRecord, RunStatus, SQLiteBackend, StoreError

from .kept_runs import keep

NASTY = '=HYPERLINK("http://x"), a "quoted", text;\nwith a second line'


def pipe_that(error: str | None = None, name: str = "p") -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(name=name)

    @pipe.step(to="second")
    async def first(): ...

    @pipe.step
    async def second():
        if error is not None:
            raise ValueError(error)

    return pipe


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store = SQLiteBackend(tmp_path / "runs.db")
    for error in (None, NASTY):
        keep(store, pipe_that(error))
    store.close()
    return tmp_path / "runs.db"


def test_csv_is_csv_and_starts_no_formula(path, tmp_path):
    text = PipelineExporter(path).export_pipeline_logs(format="csv", output_path=tmp_path / "logs.csv")
    written = (tmp_path / "logs.csv").read_bytes()
    assert written == b"\xef\xbb\xbf" + text.encode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 4
    [failed] = [row for row in rows if row["status"] == "error"]
    assert (failed["step"], failed["error"], failed["run_status"]) == ("second", f"'{NASTY}", "failed")
    good = next(row for row in rows if row["run_status"] == "success")
    assert good["error"] == ""
    assert float(good["duration_s"]) >= 0
    assert good["started_at"].endswith("+00:00")


def test_json_holds_runs_calls_and_events(path):
    exporter = PipelineExporter(SQLiteBackend(path))
    runs = json.loads(exporter.export_pipeline_logs())["runs"]
    assert [run["status"] for run in runs] == ["failed", "success"]
    assert [call["error"] for call in runs[0]["calls"]] == [None, NASTY]
    assert runs[0]["events"][-1]["type"] == "finish"
    one = json.loads(exporter.export_pipeline_logs(runs[1]["run_id"][:12]))["runs"]
    assert [run["run_id"] for run in one] == [runs[1]["run_id"]]


def test_parquet_has_types(path, tmp_path):
    PipelineExporter(path).export_pipeline_logs(format="parquet", output_path=tmp_path / "logs.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "logs.parquet")
    assert table.num_rows == 4
    assert str(table.schema.field("started_at").type) == "timestamp[us, tz=UTC]"
    assert str(table.schema.field("attempt").type) == "int64"
    assert sorted(table.column("error").to_pylist(), key=str) == sorted([NASTY, None, None, None], key=str)


def test_metrics_are_exported(path):
    Metric(path).record("rows", 3, "rows", step="load")
    exporter = PipelineExporter(path)
    [metric] = json.loads(exporter.export_metrics())["metrics"]
    assert (metric["name"], metric["value"], metric["unit"], metric["step"]) == ("rows", 3.0, "rows", "load")
    rows = list(csv.DictReader(io.StringIO(exporter.export_metrics(format="csv"), newline="")))
    assert [row["value"] for row in rows] == ["3.0"]
    assert list(csv.DictReader(io.StringIO(exporter.export_metrics(format="csv", name="none"), newline=""))) == []


def test_statistics_tell_failures_from_successes(path, tmp_path):
    exporter = PipelineExporter(path)
    text = exporter.export_statistics(tmp_path / "statistics.json")
    assert (tmp_path / "statistics.json").read_text() == text
    statistics = json.loads(text)
    assert (statistics["total"], statistics["success_rate"]) == (2, 50.0)
    assert statistics["by_status"] == {"success": 1, "failed": 1}
    assert statistics["pipelines"]["p"]["total"] == 2
    assert exporter.statistics("another")["total"] == 0
    assert exporter.statistics(days=1)["total"] == 2


def test_statistics_of_durations_and_of_runs_that_have_not_ended():
    def run(status: RunStatus, seconds: float | None) -> RunRecord:
        return RunRecord("r", "p", status, 0.0, duration_s=seconds)

    runs = [run(RunStatus.SUCCESS, float(seconds)) for seconds in range(1, 6)]
    runs += [run(RunStatus.RUNNING, None), run(RunStatus.SUSPENDED, None), run(RunStatus.INTERRUPTED, None)]
    found = statistics_of(runs)
    assert found["duration_s"] == {"mean": 3.0, "min": 1.0, "median": 3.0, "p95": 4.8, "max": 5.0}
    assert found["success_rate"] == 83.33
    assert statistics_of([]) == {
        "total": 0,
        "by_status": {},
        "success_rate": None,
        "duration_s": None,
        "pipelines": {},
    }


def test_what_cannot_be_exported_is_said(path, tmp_path):
    exporter = PipelineExporter(path)
    with pytest.raises(ValueError, match=r"no export format 'cvs'.*Did you mean 'csv'"):
        exporter.export_pipeline_logs(format="cvs")
    with pytest.raises(RunNotFoundError, match="no run 'nothing'"):
        exporter.export_pipeline_logs("nothing")
    with pytest.raises(RunNotFoundError, match="several runs begin with ''"):
        exporter.export_pipeline_logs("")
    with pytest.raises(StoreError, match="no store"):
        PipelineExporter(tmp_path / "missing.db").export_statistics()
    (tmp_path / "logs.csv").write_text("before")
    with pytest.raises(OSError, match="logs"):
        exporter.export_pipeline_logs(format="csv", output_path=tmp_path / "none" / "logs.csv")
    assert sorted(place.name for place in tmp_path.iterdir() if "logs" in place.name) == ["logs.csv"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_survives_csv(texts):
    table = Table({"text": "text"}, [{"text": text} for text in texts])
    read = [row["text"] for row in csv.DictReader(io.StringIO(table.csv(), newline=""))]
    expected = [f"'{text}" if text[:1] in tuple("=+-@\t\r") and text else text for text in texts]
    assert read == [text.replace("\0", "\ufffd") for text in expected] or "" in texts
    assert not any(cell[:1] in tuple("=+-@\t\r") for cell in read if cell)
