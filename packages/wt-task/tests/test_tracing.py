from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from wt_task import task, tracing


def run(code: str, *arguments: str, ok: bool = True) -> str:
    """Run code in a process of its own: a tracer is configured once a process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments], capture_output=True, text=True
    )
    assert (done.returncode == 0) is ok, done.stderr
    return done.stdout if ok else done.stderr


BLOCK = """
    import sys

    class Absent:
        def find_spec(self, name, path=None, target=None):
            if name.startswith(BLOCKED):
                raise ModuleNotFoundError(f"No module named {name!r}")

    sys.meta_path.insert(0, Absent())
"""

STEPS = """
    import sys
    from wt_task import task, tracing

    def half(number: int) -> float:
        return 10 / number

    settings = tracing.make_otel_console_exporter_file_dst_kws(sys.argv[1])
    tracing.configure_tracer("weather", "1.0", exporter="console", exporter_kws=settings)
    tracing.attach_context("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=1")
    step = task(half).set_task_instance_id("halves").with_tracing()
    step.map("number", [1, 2])
    step.set_executor("threads").mapvalues("number", (pair for pair in [("a", 1)]))
    step.call(5)
    try:
        step.call(0)
    except ZeroDivisionError:
        pass
"""


@pytest.fixture
def spans(tmp_path: Path) -> list[dict]:
    run(STEPS, str(tmp_path / "results"))
    lines = (tmp_path / "results" / "otel_traces.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_the_console_exporter_writes_a_line_a_span_and_needs_no_cloud(spans):
    names = [span["name"] for span in spans]
    assert sorted(names) == ["half"] * 5 + ["halves"] * 4
    assert {span["resource"]["attributes"]["service.name"] for span in spans} == {"weather"}


def test_spans_say_what_was_called_and_how(spans):
    steps = [span for span in spans if span["name"] == "halves"]
    assert [span["attributes"] for span in steps] == [
        {"method": "map", "ncalls": "2"},
        {"method": "mapvalues"},
        {"method": "call"},
        {"method": "call"},
    ]
    calls = [span for span in spans if span["name"] == "half"]
    assert all(span["attributes"] == {"func.__name__": "half", "func.__module__": "__main__"} for span in calls)


def test_calls_are_inside_their_step_also_in_threads_and_steps_inside_the_attached_span(spans):
    steps = {span["context"]["span_id"] for span in spans if span["name"] == "halves"}
    assert {span["parent_id"] for span in spans if span["name"] == "half"} <= steps
    assert {span["parent_id"] for span in spans if span["name"] == "halves"} == {"0xb7ad6b7169203331"}


def test_a_failed_step_is_a_failed_span(spans):
    failed = [span for span in spans if span["status"]["status_code"] == "ERROR"]
    assert [span["name"] for span in failed] == ["half", "halves"]


def test_context_headers_carry_the_current_span():
    said = run(
        """
        from opentelemetry import trace
        from wt_task import tracing

        tracing.configure_tracer("weather")
        tracing.attach_context("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        with trace.get_tracer("x").start_as_current_span("x"):
            print(tracing.build_context_headers()["traceparent"])
        """
    )
    assert said.startswith("00-0af7651916cd43dd8448eb211c80319c-")


def test_nothing_of_opentelemetry_is_imported_unless_something_traces():
    run(
        """
        import sys
        from wt_task import task, tracing

        assert task(abs).set_task_instance_id("x").with_tracing().map("x", []) == []
        assert tracing.build_context_headers() == {}
        assert not [name for name in sys.modules if name.startswith("opentelemetry")]
        """
    )


def test_tracing_does_nothing_without_opentelemetry():
    run(
        BLOCK.replace("BLOCKED", "'opentelemetry'")
        + """
    from wt_task import task, tracing

    assert task(abs).set_task_instance_id("x").with_tracing().call(-1) == 1
    tracing.configure_tracer("weather")
    tracing.attach_context("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    assert tracing.build_context_headers() == {}
    """
    )


def test_an_exporter_that_was_asked_for_and_is_not_installed_is_an_error_that_says_what_to_install():
    configure = """
    from wt_task import tracing

    tracing.configure_tracer("weather", exporter=EXPORTER)
    """
    said = run(BLOCK.replace("BLOCKED", "'opentelemetry'") + configure.replace("EXPORTER", "'console'"), ok=False)
    assert "install wt-task[otel]" in said
    said = run(BLOCK.replace("BLOCKED", "'opentelemetry.exporter'") + configure.replace("EXPORTER", "'gcp'"), ok=False)
    assert "install wt-task[gcp]" in said


def test_an_unknown_exporter_is_an_error():
    with pytest.raises(ValueError, match="no exporter 'jaeger'"):
        tracing.configure_tracer("weather", exporter="jaeger")


def test_traces_do_not_go_into_a_file_in_place_of_a_directory(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is a file"):
        tracing.make_otel_console_exporter_file_dst_kws(tmp_path / "file")


def test_without_tracing_a_task_opens_no_span():
    assert task(abs).set_task_instance_id("x").call(-1) == 1
