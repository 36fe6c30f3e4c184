"""Watching runs and looking at what they left behind.

- `logger`, `progress`, `timeline`, `state_diff`, `barrier_debugger`, `resource_monitor`, `telemetry`: observers.
- `exporter`, `statistics`: records for other programs. `alerts`: thresholds of measurements.
- `comparison`: two runs side by side. `metric`: measurements that a store keeps.
"""

from __future__ import annotations

from wt_engine.observability.alerts import Alerts
from wt_engine.observability.barrier_debugger import BarrierDebugger, BarrierDebugRecord, BarrierDebugSink
from wt_engine.observability.comparison import RunComparison, StepComparison, compare_runs, format_comparison
from wt_engine.observability.exporter import PipelineExporter
from wt_engine.observability.logger import EventLogger, LogRecord, LogSink, StreamLogSink
from wt_engine.observability.metric import Metric
from wt_engine.observability.progress import ProgressBar
from wt_engine.observability.resource_monitor import ResourceMonitor
from wt_engine.observability.state_diff import StateChange, StateDiffTracker
from wt_engine.observability.telemetry import OpenTelemetryObserver
from wt_engine.observability.timeline import TimelineVisualizer
from wt_engine.observers import Observer, ObserverMeta, ObserverProtocol, validate_observer

__all__ = [
    "Alerts",
    "BarrierDebugRecord",
    "BarrierDebugSink",
    "BarrierDebugger",
    "EventLogger",
    "LogRecord",
    "LogSink",
    "Metric",
    "Observer",
    "ObserverMeta",
    "ObserverProtocol",
    "OpenTelemetryObserver",
    "PipelineExporter",
    "ProgressBar",
    "ResourceMonitor",
    "RunComparison",
    "StateChange",
    "StateDiffTracker",
    "StepComparison",
    "StreamLogSink",
    "TimelineVisualizer",
    "compare_runs",
    "format_comparison",
    "validate_observer",
]
