"""The span around a whole run, if traces were asked for."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wt_contracts.masking import Mask

from wt_task.cli.results import ResultsDirectory
from wt_task.cli.workflow import Workflow


@contextmanager
def traced(workflow: Workflow, options: argparse.Namespace, results: ResultsDirectory, mask: Mask) -> Iterator[None]:
    """Trace what runs inside, as the command line asks; without `--otel-exporter` nothing is imported.

    Args:
        workflow: Which workflow it is; its release is the name of the service.
        options: The options of the command line.
        results: Where the console exporter writes its file, if asked to.
        mask: Replaces what nobody may read.

    Raises:
        DiagnosticError: If OpenTelemetry or the exporter is not installed, or the results are no local directory.
    """
    if options.otel_exporter is None:
        yield
        return
    trace = _configure(workflow, options, results, mask)
    attributes = {"execution_mode": options.execution_mode, "mock_io": options.mock_io}
    try:
        with trace.get_tracer(workflow.package).start_as_current_span(f"{workflow.release}.cli", attributes=attributes):
            yield
    finally:
        trace.get_tracer_provider().shutdown()


def _configure(workflow: Workflow, options: argparse.Namespace, results: ResultsDirectory, mask: Mask) -> Any:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    from wt_task import tracing

    settings: dict[str, Any] = {}
    if options.otel_exporter == "console" and options.otel_console_exporter_dst == "file":
        if results.path is None:
            message = "traces go to a file only in a local results directory"
            raise DiagnosticError(Diagnostic(code=Code.USAGE, message=message))
        settings = tracing.make_otel_console_exporter_file_dst_kws(results.path)
    try:
        tracing.configure_tracer(workflow.release, exporter=options.otel_exporter, exporter_kws=settings, mask=mask)
    except ImportError as error:
        raise DiagnosticError(Diagnostic(code=Code.USAGE, message=str(error))) from error
    from opentelemetry import trace

    parent = os.environ.get("TRACEPARENT")
    if parent:
        tracing.attach_context(parent, os.environ.get("TRACESTATE"))
    return trace
