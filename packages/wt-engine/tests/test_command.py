"""`wt engine`, as people and scripts call it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from wt_engine.command.records import STATUSES
from wt_engine.storage import MetricRecord, RunRecord, RunStatus, SQLiteBackend

FLOW = """
import asyncio, json, os, sys
from wt_engine import Pipe, Pipeline, Suspend

pipe = Pipe(name="flow")

@pipe.map(each="work", to="decide")
async def numbers(state):
    return range(3)

@pipe.step
async def work(number):
    return number

@pipe.step(to="last")
async def decide(state, work):
    state["sum"] = sum(work)
    if state.get("wait"):
        return Suspend("how many?")

@pipe.step
async def last(state, decide):
    if state.get("die"):
        from wt_engine.storage import SQLiteBackend
        store = SQLiteBackend("runs.db")
        [run] = store.list_runs()
        while "last" not in [event.stage for event in store.get_events(run.run_id, "step_start")]:
            await asyncio.sleep(0)
        os.kill(os.getpid(), 9)
    if state.get("fail") and not os.path.exists("repaired"):
        raise ValueError("cannot go on")
    print("last got", decide, flush=True)

def ask(data):
    return Suspend("how many?")

def add(data):
    if data.get("fail") and not os.path.exists("repaired"):
        raise ValueError("cannot go on")
    print("added to", data["many"], flush=True)

sums = Pipeline("sums", tracking_db="runs.db").set_steps([lambda data: {"many": 2}, ask, add])

async def main():
    async for event in pipe.run(json.loads(sys.argv[1])):
        if event.type == "start":
            print(event.run_id, flush=True)

if __name__ == "__main__":
    asyncio.run(main())
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@dataclass
class Place:
    directory: Path
    environ: dict[str, str]

    def run(self, **state: Any) -> str:
        command = [sys.executable, "flow.py", json.dumps(state)]
        done = subprocess.run(command, cwd=self.directory, env=self.environ, capture_output=True, text=True)
        assert done.returncode in (0, -9), done.stderr
        return done.stdout.split()[0]

    def wt(self, *arguments: object, code: int = 0) -> Answer:
        command = [str(Path(sys.executable).parent / "wt"), "engine", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.directory, env=self.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
        return Answer(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: object, code: int = 0) -> Any:
        return json.loads(self.wt(*arguments, "--json", code=code).out)

    @property
    def ids(self) -> list[str]:
        """The runs, the latest first."""
        return [run.run_id for run in self.store.list_runs()]

    @property
    def store(self) -> SQLiteBackend:
        return SQLiteBackend(self.directory / "runs.db")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "flow.py").write_text(FLOW)
    environ = os.environ | {"WT_ENGINE_STORAGE": str(tmp_path / "runs.db"), "WT_ENGINE_PERSIST": "1"}
    return Place(tmp_path, environ)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A store with a good run, the same again, and a failed one, for tests that only look."""
    directory = tmp_path_factory.mktemp("past")
    (directory / "flow.py").write_text(FLOW)
    environ = os.environ | {"WT_ENGINE_STORAGE": str(directory / "runs.db"), "WT_ENGINE_PERSIST": "1"}
    place = Place(directory, environ)
    for state in ({}, {}, {"fail": True, "password": "hunter2"}):
        run = place.run(**state)
    place.store.record_metrics([MetricRecord("rows", 3, "rows", run_id=run)])
    return place


def test_runs_are_listed_and_chosen(past):
    bad, again, good = past.ids
    lines = past.wt("runs").out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [bad[:12], "failed"],
        [again[:12], "success"],
        [good[:12], "success"],
    ]
    assert "cannot go on" in lines[0]
    assert [run["run_id"] for run in past.json("runs", "--status", "failed")["runs"]] == [bad]
    assert [run["run_id"] for run in past.json("runs", "--limit", 1, "--days", 1)["runs"]] == [bad]
    assert past.wt("runs", "--pipeline", "another").out == "no runs\n"


def test_a_run_is_shown_with_its_failures(past):
    bad, _, good = past.ids
    text = past.wt("show", bad[:10], code=1).out
    for expected in ("flow", "failed", "cannot go on", "flow.py:", "raise ValueError", "metric rows = 3 rows", "CPU"):
        assert expected in text
    document = past.json("show", bad, "--events", code=1)
    [failure] = document["failures"]
    assert (failure["step"], failure["type"], failure["function"]) == ("last", "ValueError", "last")
    assert failure["state"] == {"fail": True, "password": "***", "sum": 3}
    assert failure["process"]["rss_mb"] > 0
    assert [call["status"] for call in document["calls"]].count("error") == 1
    assert document["events"][-1]["type"] == "finish"
    assert "hunter2" not in json.dumps(failure)
    assert "success" in past.wt("show", good).out


def test_the_record_of_a_run_that_died_can_be_read(place):
    run = place.run(die=True)
    assert place.json("runs")["runs"][0]["status"] == "interrupted"
    document = place.json("show", run, code=1)
    calls = {call["stage"]: call["status"] for call in document["calls"]}
    assert calls == {"numbers": "success", "work": "success", "decide": "success", "last": "interrupted"}
    assert "interrupted" in place.wt("show", run, code=1).out
    for command in (("timeline", run), ("export", run), ("stats",), ("cleanup", "--keep", 0, "--dry-run")):
        place.wt(*command)


@pytest.mark.parametrize(
    ("shape", "beginning"), [("ascii", "flow: "), ("html", "<!doctype html>"), ("mermaid", "gantt"), ("json", "[{")]
)
def test_a_timeline_has_several_forms(past, shape, beginning):
    assert past.wt("timeline", past.ids[0], "-f", shape, "-o", "there").out == "there\n"
    written = (past.directory / "there").read_text()
    assert written.startswith(beginning)
    assert "work" in written
    if shape == "ascii":
        assert past.wt("timeline", past.ids[0]).out == written


def test_comparing_tells_by_its_exit_code(past):
    bad, again, good = past.ids
    assert "did the same" in past.wt("compare", good, again).out
    assert "the runs differ" in past.wt("compare", good, bad, code=1).out
    assert past.json("compare", good, bad, code=1)["status"] == ["success", "failed"]


def test_records_are_exported(past):
    run = past.ids[0]
    assert len(json.loads(past.wt("export").out)["runs"]) == 3
    rows = list(csv.DictReader(io.StringIO(past.wt("export", run[:16], "-f", "csv").out)))
    assert {row["run_id"] for row in rows} == {run}
    assert past.wt("export", run, "-f", "parquet", "-o", "x.parquet").out == "x.parquet\n"
    assert (past.directory / "x.parquet").read_bytes()[:4] == b"PAR1"
    for command in ("export", "timeline"):
        assert "error[WT140]: no/x cannot be written: No such file" in past.wt(command, run, "-o", "no/x", code=2).err
        assert "error[WT140]: . cannot be written: Is a directory" in past.wt(command, run, "-o", ".", code=2).err
    assert "name a file with -o" in past.wt("export", "-f", "parquet", code=2).err
    assert [metric["name"] for metric in json.loads(past.wt("export", "--metrics").out)["metrics"]] == ["rows"]


def test_statistics_count_failures(past):
    assert "66.67 % succeeded" in past.wt("stats").out
    assert past.json("stats", "--pipeline", "flow")["by_status"] == {"success": 2, "failed": 1}


def test_cleaning_up_forgets_only_what_it_should(place):
    runs = [place.run(), place.run(fail=True), place.run(wait=True), place.run()]
    assert "--older-than" in place.wt("cleanup", code=2).err
    assert place.json("cleanup", "--keep", 1, "--dry-run")["forgotten"] == [runs[1], runs[0]]
    assert "say --yes" in place.wt("cleanup", "--keep", 1, code=2).err
    assert place.json("cleanup", "--older-than", 1, "--yes")["forgotten"] == []
    assert place.json("cleanup", "--status", "failed", "--yes")["forgotten"] == [runs[1]]
    assert place.wt("cleanup", "--keep", 1, "--yes").out.endswith("1 runs forgotten\n")
    assert [run["run_id"] for run in place.json("runs")["runs"]] == [runs[3], runs[2]]


def test_a_run_goes_on_after_a_failure_a_kill_and_a_question(place):
    failed = place.run(fail=True)
    assert "failed" in place.wt("resume", "flow:pipe", failed[:12], code=1).out
    (place.directory / "repaired").touch()
    assert "success" in place.wt("resume", "flow:pipe", failed[:12]).out
    asked = place.run(wait=True)
    assert place.json("runs")["runs"][0]["status"] == "suspended"
    answered = place.wt("resume", "flow:pipe", asked, "--answer", '"three"')
    assert "last got three" in answered.out
    assert [run["status"] for run in place.json("runs")["runs"]] == ["success", "success"]


def test_a_terminal_shows_how_far_a_resumed_run_is(place):
    failed = place.run(fail=True)
    (place.directory / "repaired").touch()
    screen, terminal = pty.openpty()
    command = [str(Path(sys.executable).parent / "wt"), "engine", "resume", "flow:pipe", failed]
    environ = place.environ | {"COLUMNS": "100", "TERM": "xterm"}
    with subprocess.Popen(
        command, cwd=place.directory, env=environ, stderr=terminal, stdout=subprocess.DEVNULL
    ) as done:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # what Linux says at the end of a terminal
            while part := os.read(screen, 4096):
                shown += part
    os.close(screen)

    assert done.returncode == 0
    assert b"6/6" in shown
    assert b"last" in shown


def test_a_run_of_a_pipeline_goes_on_too(place):
    program = "import flow; flow.sums.run({'fail': True})"
    subprocess.run([sys.executable, "-c", program], cwd=place.directory, env=place.environ, capture_output=True)
    [run] = place.ids
    assert "how many?" in place.wt("resume", "flow:sums", run[:12], code=3).out
    assert "cannot go on" in place.wt("resume", "flow:sums", run[:12], "--answer", '{"many": 3}', code=1).out
    (place.directory / "repaired").touch()
    assert "added to 3" in place.wt("resume", "flow:sums", run[:12]).out
    assert place.json("runs")["runs"][0]["status"] == "success"


def test_what_cannot_be_resumed_is_said(place):
    run = place.run()
    assert "WT533" in place.wt("resume", "flow:pipe", run, code=2).err
    assert "its pipelines are pipe, sums" in place.wt("resume", "flow:pip", run, code=2).err
    assert "WT534" in place.wt("resume", "no_such_module:pipe", run, code=2).err
    assert "MODULE:PIPELINE" in place.wt("resume", "flow", run, code=2).err
    assert "no JSON" in place.wt("resume", "flow:pipe", run, "--answer", "{", code=2).err
    assert "WT531" in place.wt("resume", "flow:pipe", "nothing", code=2).err


def test_unknown_and_ambiguous_runs_are_mistakes(place):
    for run_id in ("abc1", "abc2"):
        place.store.save_run(RunRecord(run_id, "p", RunStatus.SUCCESS, 1.0, 2.0, 1.0))
    assert "error[WT531]: there is no run 'xyz'" in place.wt("show", "xyz", code=2).err
    assert "error[WT532]: several runs begin with 'abc': abc" in place.wt("timeline", "abc", code=2).err
    assert "error[WT531]" in place.wt("export", "", code=2).err
    place.wt("show", "abc1")


def test_a_store_that_cannot_be_used_is_a_mistake(place):
    missing = place.wt("runs", code=2).err
    assert "error[WT530]: There is no store" in missing
    assert "hint: " in missing
    (place.directory / "text.db").write_text("no store at all" * 100)
    assert "error[WT530]" in place.wt("runs", "--store", "text.db", code=2).err


def test_names_from_a_record_cannot_steer_the_terminal(place):
    place.store.save_run(RunRecord("abc", "\033[31mred\nline", RunStatus.FAILED, 1.0, 2.0, 1.0, "\033]0;title\a"))
    for command in (("runs",), ("stats",)):
        assert "\033" not in place.wt(*command).out
    assert "\033" not in place.wt("show", "abc", code=1).out


def test_the_statuses_are_those_of_the_store():
    assert list(STATUSES) == [status.value for status in RunStatus]
    assert isinstance(STATUSES, tuple)
