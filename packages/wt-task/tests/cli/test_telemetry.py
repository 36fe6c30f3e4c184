from __future__ import annotations

import json

TASKS = """\
from wt_task import task


def double(x):
    return 2 * x


def main(params):
    return task(double).set_task_instance_id("a").handle_errors().with_tracing().partial(x=1).call()
"""


def test_console_traces_go_to_a_file_in_the_results(demo):
    demo.write_run(TASKS)

    done = demo.run(None, "--otel-exporter", "console", "--otel-console-exporter-dst", "file")

    assert done.returncode == 0
    spans = [json.loads(line) for line in (demo.results / "otel_traces.jsonl").read_text().splitlines()]
    by_name = {span["name"]: span for span in spans}
    root = by_name["wt-demo-workflow.cli"]
    assert root["parent_id"] is None
    assert root["attributes"] == {"execution_mode": "sequential", "mock_io": False}
    assert by_name["a"]["parent_id"] == root["context"]["span_id"]


def test_the_trace_of_the_caller_goes_on(demo):
    demo.write_run(TASKS)
    parent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"

    done = demo.run(None, "--otel-exporter", "console", TRACEPARENT=parent)

    assert "0x0123456789abcdef0123456789abcdef" in done.stdout


def test_the_traces_of_a_failed_run_are_not_lost(demo):
    demo.write_run(TASKS.replace("return 2 * x", "raise ValueError('no rain')"))

    done = demo.run(None, "--otel-exporter", "console")

    assert done.returncode == 1
    assert "wt-demo-workflow.cli" in done.stdout


def test_a_file_of_traces_needs_a_local_directory(demo):
    done = demo.run(None, "--otel-exporter", "console", "--otel-console-exporter-dst", "file", WT_RESULTS="memory:///")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_missing_exporter_is_one_clear_message(demo):
    # Found before that of an extra that is installed
    hidden = demo.directory / "opentelemetry" / "exporter" / "cloud_trace.py"
    hidden.parent.mkdir(parents=True)
    hidden.write_text("raise ImportError")
    done = demo.run(None, "--otel-exporter", "gcp")

    assert done.returncode == 2
    assert "wt-task[gcp]" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_an_exporter_nothing_of_opentelemetry_is_imported(demo):
    demo.write_run(
        "import sys\n\ndef main(params):\n    return [name for name in sys.modules if 'opentelemetry' in name]\n"
    )

    demo.run()

    assert demo.result["result"] == []
