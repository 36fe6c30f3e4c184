"""Runs as OpenTelemetry traces and metrics (https://opentelemetry.io/docs/specs/otel/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wt_engine.events import Event, EventType
from wt_engine.observers import Observer, ObserverMeta

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, Tracer, TracerProvider

_SCOPE = "wt_engine"


class OpenTelemetryObserver(Observer):
    """Makes a span of each run and of each call of a step, and counts and times them.

    The span of a call is a child of the map or sub-pipeline that it works for, or else of the run. The run is a child
    of the span that is current where the run is started. Without the extra `otel` it does nothing.

    Args:
        tracer_provider: Where spans go; the global one without it.
        meter_provider: Where metrics go; the global one without it.

    Attributes:
        enabled: Whether OpenTelemetry is installed.
    """

    def __init__(
        self, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        try:
            from opentelemetry import metrics, trace
        except ModuleNotFoundError:
            self.enabled = False
            return
        self.enabled = True
        self._tracer: Tracer = trace.get_tracer(_SCOPE, tracer_provider=tracer_provider)
        meter = metrics.get_meter(_SCOPE, meter_provider=meter_provider)
        self._runs = meter.create_counter("wt.engine.runs", unit="{run}", description="Runs that have ended")
        self._calls = meter.create_counter("wt.engine.steps", unit="{call}", description="Calls that have ended")
        self._seconds = meter.create_histogram("wt.engine.step.duration", unit="s", description="Seconds a call took")
        self._open: dict[str, dict[str, Span]] = {}

    async def on_pipeline_start(self, state: Any, ctx: Any, meta: ObserverMeta) -> None:
        """Begin the span of a run."""
        if self.enabled:
            attributes = {"wt.pipeline": meta.pipe_name, "wt.run_id": meta.run_id}
            span = self._tracer.start_span(
                meta.pipe_name, attributes=attributes, start_time=_nanoseconds(meta.started_at)
            )
            self._open[meta.run_id] = {"": span}

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """Begin or end the span of a call, or note what happened within it."""
        spans = self._open.get(meta.run_id) if self.enabled else None
        if spans is None:
            return
        call = event.invocation_id
        if event.type is EventType.STEP_START and call is not None:
            spans[call] = self._begin(event, spans)
        elif event.type in (EventType.STEP_END, EventType.STEP_ERROR) and call is not None:
            self._end(event, spans.pop(call, None), meta)
        elif event.type is EventType.FINISH and event.origin_run_id == event.run_id:
            self._finish(event, spans[""], meta)
        elif event.type is not EventType.TOKEN:
            about = spans.get(call or "", spans[""])
            about.add_event(event.type.value, {"wt.stage": event.stage}, timestamp=_nanoseconds(event.timestamp))

    async def on_pipeline_end(self, state: Any, ctx: Any, meta: ObserverMeta, duration_s: float) -> None:
        """End whatever is still open."""
        self._close(meta)

    async def on_pipeline_error(self, state: Any, ctx: Any, meta: ObserverMeta, error: BaseException) -> None:
        """End whatever is still open, and say what the run failed with."""
        spans = self._open.get(meta.run_id, {}) if self.enabled else {}
        if "" in spans:
            spans[""].record_exception(error)
        self._close(meta)

    def _begin(self, event: Event, spans: dict[str, Span]) -> Span:
        attributes: dict[str, Any] = {
            "wt.step": event.stage,
            "wt.kind": event.node_kind.value,
            "wt.attempt": event.attempt,
            "wt.invocation_id": event.invocation_id or "",
        }
        above = spans.get(event.owner_invocation_id or "", spans[""])
        start = _nanoseconds(event.timestamp)
        return self._tracer.start_span(event.stage, context=_below(above), attributes=attributes, start_time=start)

    def _end(self, event: Event, span: Span | None, meta: ObserverMeta) -> None:
        if span is None:
            return
        from opentelemetry.trace import Status, StatusCode

        ok = event.type is EventType.STEP_END
        about = event.meta or {}
        if not ok:
            report = about.get("forensics", {})
            attributes = {
                "exception.type": str(report.get("error", {}).get("type", "Exception")),
                "exception.message": str(event.payload),
                "exception.stacktrace": str(report.get("traceback", "")),
            }
            span.add_event("exception", attributes, timestamp=_nanoseconds(event.timestamp))
        span.set_status(Status(StatusCode.OK) if ok else Status(StatusCode.ERROR, str(event.payload)))
        span.end(_nanoseconds(event.timestamp))
        labels = {"wt.pipeline": meta.pipe_name, "wt.step": event.stage, "wt.status": "success" if ok else "error"}
        self._calls.add(1, labels)
        if "framework" in about:
            self._seconds.record(about["framework"]["duration_s"], labels)

    def _finish(self, event: Event, span: Span, meta: ObserverMeta) -> None:
        from opentelemetry.trace import Status, StatusCode

        status = event.payload.status.value
        span.set_attribute("wt.status", status)
        ok = status == "success"
        span.set_status(Status(StatusCode.OK) if ok else Status(StatusCode.ERROR, str(event.payload.error)))
        self._runs.add(1, {"wt.pipeline": meta.pipe_name, "wt.status": status})

    def _close(self, meta: ObserverMeta) -> None:
        if self.enabled:
            for span in reversed(self._open.pop(meta.run_id, {}).values()):
                span.end()


def _below(span: Span) -> Context:
    from opentelemetry.trace import set_span_in_context

    return set_span_in_context(span)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
