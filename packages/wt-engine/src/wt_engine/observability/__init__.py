"""Watching runs and looking at what they left behind.

- `logger`, `progress`, `timeline`, `state_diff`, `barrier_debugger`, `resource_monitor`, `telemetry`: observers.
- `exporter`, `statistics`: records for other programs. `alerts`: thresholds of measurements.
- `tracker`: the runs of a store, their numbers and their alerts in one object.
- `comparison`: two runs side by side. `metric`: measurements that a store keeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wt_engine.late_names import late_names

if TYPE_CHECKING:
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
    from wt_engine.observability.tracker import PipelineTracker
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
    "PipelineTracker",
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

_MODULES = {
    ".alerts": "Alerts",
    ".barrier_debugger": "BarrierDebugger BarrierDebugRecord BarrierDebugSink",
    ".comparison": "RunComparison StepComparison compare_runs format_comparison",
    ".exporter": "PipelineExporter",
    ".logger": "EventLogger LogRecord LogSink StreamLogSink",
    ".metric": "Metric",
    ".progress": "ProgressBar",
    ".resource_monitor": "ResourceMonitor",
    ".state_diff": "StateChange StateDiffTracker",
    ".telemetry": "OpenTelemetryObserver",
    ".timeline": "TimelineVisualizer",
    ".tracker": "PipelineTracker",
    "..observers": "Observer ObserverMeta ObserverProtocol validate_observer",
}
"""The public names of each module: whoever uses one observer does not pay for the others."""

__getattr__ = late_names(__name__, _MODULES)
