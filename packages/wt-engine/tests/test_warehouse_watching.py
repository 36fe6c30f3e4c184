"""What the arguments of a pipeline ask for beside its steps: logs, measurements, a server, a description."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from wt_engine import Condition, DefinitionError, Pipeline, PipelineAsync
from wt_engine.yaml_files import read_yaml

Calls = list[tuple[str, dict[str, Any]]]


def load(data):
    return {"rows": 3}


@pytest.fixture
def server() -> Iterator[tuple[str, Calls]]:
    calls: Calls = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            calls.append((self.path, body))
            answer = json.dumps({"worker_id": "w-77"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None: ...

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", calls
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize("kind", [Pipeline, PipelineAsync])
def test_the_order_of_the_arguments_is_the_published_one(kind):
    pipeline = kind("sales", True)
    assert pipeline.name == "sales"
    assert pipeline.describe()["name"] == "sales"
    with pytest.raises(DefinitionError, match="pipeline_name must be a text"):
        kind(3)


def test_a_verbose_pipeline_tells_what_happens(capsys):
    Pipeline("sales", verbose=True).set_steps([load]).run()
    said = capsys.readouterr().err
    assert "STEP_START load" in said
    assert "FINISH" in said


def test_a_quiet_pipeline_says_nothing_and_writes_nothing(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Pipeline("sales").set_steps([load]).run()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_runs_are_measured_if_asked(capsys):
    pipeline = Pipeline("sales", collect_system_metrics=True).set_steps([load])
    assert pipeline.resources is None
    pipeline.run()
    assert pipeline.resources is not None
    assert pipeline.resources.get_summary()["peak_ram_mb"] > 1


def test_a_description_is_written_where_it_is_asked_for(tmp_path):
    pipeline = Pipeline("sales/eu", config_dir=tmp_path / "configs", pipeline_version="v7")
    pipeline.set_steps([(load, "load", "v2", {"since": {1}}), Condition("rows > 2", [load])])
    pipeline.run()
    written = read_yaml(tmp_path / "configs" / "sales_eu.yaml")
    assert written["metadata"] == {"version": "v7"}
    assert [step["name"] for step in written["steps"]] == ["load", "Condition('rows > 2')"]
    pipeline.add_state("more", load).run()
    assert len(read_yaml(tmp_path / "configs" / "sales_eu.yaml")["steps"]) == 3


def test_a_server_is_told_of_runs(server):
    url, calls = server
    pipeline = Pipeline("sales", api_config={"base_url": url, "token": "t"}, worker_id="w-1").set_steps([load])
    pipeline.run()
    assert [path for path, _ in calls] == ["/newprocess", "/actualizar_task", "/actualizar_task", "/endprocess"]
    assert calls[0][1]["worker_id"] == "w-1"
    assert [body.get("status") for _, body in calls[1:3]] == ["start", "success"]


def test_a_worker_is_introduced_and_gets_its_id(server):
    url, calls = server
    pipeline = Pipeline("sales", api_config={"base_url": url}, worker_name="mill").set_steps([load])
    assert pipeline.worker_register(version="v1") == {"worker_id": "w-77"}
    assert calls == [("/matricula", {"name": "mill", "version": "v1", "worker_id": None})]
    pipeline.run()
    assert calls[1][1]["worker_id"] == "w-77"
    assert pipeline.set_worker_id("w-2").metadata["worker_id"] == "w-2"


def test_a_server_that_is_gone_harms_no_run(caplog):
    pipeline = Pipeline("sales", api_config={"base_url": "http://127.0.0.1:9", "timeout": 0.2}).set_steps([load])
    assert pipeline.run() == {"rows": 3}
    assert asyncio.run(PipelineAsync("sales").set_steps([load]).run()) == {"rows": 3}


def test_a_wrong_server_is_refused():
    with pytest.raises(DefinitionError, match="Did you mean 'base_url'"):
        Pipeline("sales", api_config={"base_ulr": "http://x"})
    with pytest.raises(DefinitionError, match="needs 'base_url'"):
        Pipeline("sales", api_config={})
    with pytest.raises(DefinitionError, match="there is no server"):
        Pipeline("sales").worker_register()


def test_a_pipeline_says_what_it_belongs_to():
    pipeline = Pipeline("sales", parent_pipeline_id="run-1", pipeline_version="v2", worker_id="w")
    pipeline.link_to_pipeline("run-0", "retry")
    assert pipeline.describe()["metadata"] == {
        "version": "v2",
        "worker_id": "w",
        "parent_pipeline_id": "run-1",
        "links": [{"pipeline_id": "run-0", "relation": "retry"}],
    }


RESUMED = """
import sys
from wt_engine import Pipeline

def one(data): return {"one": 1}
def two(data): return {"two": 2}
def three(data):
    if len(sys.argv) == 2:
        raise OSError("not yet")
    return {"three": 3}

pipeline = Pipeline("counted", tracking_db=sys.argv[1], show_progress=True).set_steps([one, two, three])
if len(sys.argv) == 2:
    try:
        pipeline.run({})
    except OSError:
        pass
else:
    from wt_engine.storage import SQLiteBackend
    pipeline.resume(SQLiteBackend(sys.argv[1]).list_runs()[0].run_id)
"""


def test_the_progress_of_a_run_that_goes_on_counts_what_had_ended(tmp_path: Path) -> None:
    script, store = tmp_path / "script.py", str(tmp_path / "runs.db")
    script.write_text(RESUMED)
    subprocess.run([sys.executable, script, store], check=True, stderr=subprocess.DEVNULL)
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, script, store, "again"], stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how the end of a terminal is told
            while content := os.read(ours, 4096):
                shown += content
    os.close(ours)
    assert process.returncode == 0, shown
    assert b"(3 steps)" in shown
