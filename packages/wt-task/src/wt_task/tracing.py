"""Spans around steps and calls, if OpenTelemetry is installed and something configured it; otherwise nothing.

OpenTelemetry is not imported by a run that does not ask for traces: what has not been imported cannot have been
configured, and its spans would go nowhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from wt_contracts.masking import Mask

TRACES_FILE = "otel_traces.jsonl"


def span(name: str, attributes: Mapping[str, str]) -> AbstractContextManager[Any] | None:
    """A span to run something in, as the current one; None if nobody traces."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return None
    opened: AbstractContextManager[Any] = trace.get_tracer("wt_task").start_as_current_span(name, attributes=attributes)
    return opened


def configure_tracer(
    name: str,
    version: str = "",
    exporter: Literal["console", "gcp"] | None = None,
    exporter_kws: Mapping[str, Any] | None = None,
    mask: Mask | None = None,
) -> None:
    """Trace this process from here on.

    Args:
        name: The name of the service.
        version: Its version.
        exporter: Where spans go: standard output, Google Cloud Trace, or nowhere. `console` needs no more than the
            OpenTelemetry SDK.
        exporter_kws: Arguments of the exporter, such as those of `make_otel_console_exporter_file_dst_kws`.
        mask: Replaces in every span what nobody may read.

    Raises:
        ImportError: If the exporter asked for is not installed; without an exporter nothing happens then.
        ValueError: If there is no such exporter.
    """
    if exporter not in (None, "console", "gcp"):
        raise ValueError(f"there is no exporter {exporter!r}; there are 'console' and 'gcp'")
    try:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        if exporter is None:
            return
        raise ImportError(f"the exporter {exporter!r} needs OpenTelemetry: install wt-task[otel]") from error
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": version}))
    if exporter is not None:
        target = _exporter(exporter, exporter_kws or {})
        if mask:
            from wt_task.masked_spans import MaskingExporter

            target = MaskingExporter(target, mask)
        provider.add_span_processor(BatchSpanProcessor(target))
    trace.set_tracer_provider(provider)


def _exporter(exporter: Literal["console", "gcp"], settings: Mapping[str, Any]) -> Any:
    if exporter == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(**settings)
    from importlib import import_module

    try:
        google = import_module("opentelemetry.exporter.cloud_trace")
    except ImportError as error:
        raise ImportError("the exporter 'gcp' needs Google Cloud Trace: install wt-task[gcp]") from error
    return google.CloudTraceSpanExporter(**settings)


def attach_context(traceparent: str, tracestate: str | None = None) -> None:
    """Make the spans of this context children of a span elsewhere; without OpenTelemetry nothing happens.

    Args:
        traceparent: The W3C trace context header of that name.
        tracestate: The other one.
    """
    try:
        from opentelemetry.context import attach
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError:
        return
    headers = {"traceparent": traceparent, **({"tracestate": tracestate} if tracestate else {})}
    attach(TraceContextTextMapPropagator().extract(headers))


def build_context_headers() -> dict[str, str]:
    """The W3C trace context headers of the current span, to send along; empty if nobody traces."""
    headers: dict[str, str] = {}
    if "opentelemetry.trace" in sys.modules:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        TraceContextTextMapPropagator().inject(headers)
    return headers


class _AppendedFile:
    """What the console exporter writes to; it holds no file open, since the exporter would never close it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def write(self, text: str) -> None:
        with open(self._path, "a", encoding="utf-8") as file:  # noqa: PTH123 - the one import of pathlib it would take
            file.write(text)

    def flush(self) -> None:
        """Nothing is held back."""


def make_otel_console_exporter_file_dst_kws(target_dir: str | os.PathLike[str]) -> dict[str, Any]:
    """Arguments of the console exporter that append a JSON line a span to `otel_traces.jsonl`.

    Args:
        target_dir: The directory of that file; created if need be.

    Raises:
        ValueError: If it is a file.
    """
    try:
        os.makedirs(target_dir, exist_ok=True)  # noqa: PTH103 - the one import of pathlib it would take
    except FileExistsError as error:
        raise ValueError(f"traces go to a directory, and {os.fspath(target_dir)} is a file") from error
    path = os.path.join(target_dir, TRACES_FILE)  # noqa: PTH118 - the one import of pathlib it would take
    return {"out": _AppendedFile(path), "formatter": _as_line}


def _as_line(span: Any) -> str:
    return f"{span.to_json(indent=None)}\n"
