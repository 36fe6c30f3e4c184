"""Runs as traces and metrics."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from wt_engine import Pipe
from wt_engine.observability import OpenTelemetryObserver


def observed() -> tuple[Pipe[Any, Any], InMemorySpanExporter, InMemoryMetricReader]:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(exporter))
    pipe: Pipe[Any, Any] = Pipe(name="outer")
    pipe.add_observer(OpenTelemetryObserver(traces, MeterProvider([reader])))
    return pipe, exporter, reader


def test_spans_are_nested_as_the_calls_are(collect):
    pipe, exporter, reader = observed()
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.step
    async def deep(): ...

    @pipe.map(each="work", to="below")
    async def numbers():
        return range(2)

    @pipe.step
    async def work(number): ...

    @pipe.sub(pipeline=inner)
    async def below():
        return {}

    collect(pipe, {})
    spans = {span.context.span_id: span for span in exporter.get_finished_spans()}
    above = sorted((span.name, spans[span.parent.span_id].name if span.parent else None) for span in spans.values())
    assert above == [
        ("below", "outer"),
        ("below:deep", "below"),
        ("numbers", "outer"),
        ("outer", None),
        ("work", "numbers"),
        ("work", "numbers"),
    ]
    assert all(span.status.is_ok for span in spans.values())
    assert all(span.start_time <= span.end_time for span in spans.values())
    metrics = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    points = {metric.name: metric.data.data_points for metric in metrics}
    assert sum(point.value for point in points["wt.engine.steps"]) == 5
    assert [dict(point.attributes)["wt.status"] for point in points["wt.engine.runs"]] == ["success"]
    assert sum(point.count for point in points["wt.engine.step.duration"]) == 3


def test_failed_attempts_are_spans_with_their_exception(collect):
    pipe, exporter, _ = observed()

    @pipe.step(retries={"retries": 1, "wait_min": 0})
    async def work():
        raise ValueError("bad")

    collect(pipe, {})
    attempts = [span for span in exporter.get_finished_spans() if span.name == "work"]
    assert [span.attributes["wt.attempt"] for span in attempts] == [1, 2]
    for span in attempts:
        assert not span.status.is_ok
        [event] = span.events
        assert event.attributes["exception.type"] == "ValueError"
        assert "raise ValueError" in event.attributes["exception.stacktrace"]
    [run] = [span for span in exporter.get_finished_spans() if span.name == "outer"]
    assert (run.attributes["wt.status"], run.status.is_ok) == ("failed", False)


def test_without_opentelemetry_it_does_nothing():
    program = (
        "import asyncio, sys\nsys.modules['opentelemetry'] = None\n"
        "from wt_engine import Pipe\nfrom wt_engine.observability import OpenTelemetryObserver\n"
        "pipe = Pipe()\nobserver = OpenTelemetryObserver()\npipe.add_observer(observer)\n"
        "@pipe.step\nasync def work(): raise ValueError\n"
        "async def main():\n    return [e async for e in pipe.run({})][-1].payload.status.value\n"
        "print(observer.enabled, asyncio.run(main()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("False failed", "")
