"""An async graph engine: one plan, one runner, one stream of events that can be trusted.

- `pipe`: a pipeline written with decorators. `control`: what its steps may return.
- `warehouse`: `Pipeline`, a list of steps over one shared mapping. `expressions`: its conditions.
- `plan` and `runner`: what is run, and one run of it. `events`: what a run says. `outcome`: how it ended.
- `observers`: who watches runs. `cancellation`: how to end them.
- `testing`: pipelines under test. `types`: all types under one name, for annotations.
- `middleware`, `observability`, `storage`, `visualization`: around steps, beside runs, after runs, and instead of runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wt_engine.late_names import late_names

if TYPE_CHECKING:
    from wt_engine.cancellation import CancellationToken
    from wt_engine.control import Next, Raise, Retry, Skip, Stop, Suspend, Value
    from wt_engine.definition import BarrierType
    from wt_engine.description import StepInfo
    from wt_engine.errors import DefinitionError, PipelineCancelled, PipelineValidationWarning
    from wt_engine.events import Event, EventType, NodeKind
    from wt_engine.expressions import ExpressionError
    from wt_engine.failures import (
        FailureClassification,
        FailureContext,
        FailureKind,
        FailureReason,
        FailureRecord,
        FailureSource,
    )
    from wt_engine.meta import Meta
    from wt_engine.metrics import RuntimeMetrics
    from wt_engine.middleware import simple_logging_middleware
    from wt_engine.observability.alerts import Alerts
    from wt_engine.observability.exporter import PipelineExporter
    from wt_engine.observability.resource_monitor import ResourceMonitor
    from wt_engine.observability.tracker import PipelineTracker
    from wt_engine.observers import Observer, ObserverMeta
    from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus
    from wt_engine.pipe import Pipe
    from wt_engine.plan import Plan
    from wt_engine.retries import RetryPolicy
    from wt_engine.runner import Runner
    from wt_engine.storage.exchanges import SQLite, Wsqlite
    from wt_engine.testing import TestPipe, TestResult
    from wt_engine.warehouse.blocks import Background, Condition, For, Parallel
    from wt_engine.warehouse.checkpoint_store import CheckpointManager
    from wt_engine.warehouse.discovery import AutoRegister
    from wt_engine.warehouse.merging import MergeConflictError
    from wt_engine.warehouse.pipeline import Pipeline, PipelineAsync
    from wt_engine.warehouse.registry import StepRegistry, clear_registry, get_step_registry, step
    from wt_engine.warehouse.result import PipelineSuspended, PipelineTimeoutError

__all__ = [
    "Alerts",
    "AutoRegister",
    "Background",
    "BarrierType",
    "CancellationToken",
    "CheckpointManager",
    "Condition",
    "DefinitionError",
    "Event",
    "EventType",
    "ExpressionError",
    "FailureClassification",
    "FailureContext",
    "FailureKind",
    "FailureReason",
    "FailureRecord",
    "FailureSource",
    "For",
    "MergeConflictError",
    "Meta",
    "Next",
    "NodeKind",
    "Observer",
    "ObserverMeta",
    "Parallel",
    "Pipe",
    "Pipeline",
    "PipelineAsync",
    "PipelineCancelled",
    "PipelineEndData",
    "PipelineExporter",
    "PipelineSuspended",
    "PipelineTerminalStatus",
    "PipelineTimeoutError",
    "PipelineTracker",
    "PipelineValidationWarning",
    "Plan",
    "Raise",
    "ResourceMonitor",
    "Retry",
    "RetryPolicy",
    "Runner",
    "RuntimeMetrics",
    "SQLite",
    "Skip",
    "StepInfo",
    "StepRegistry",
    "Stop",
    "Suspend",
    "TestPipe",
    "TestResult",
    "Value",
    "Wsqlite",
    "clear_registry",
    "get_step_registry",
    "simple_logging_middleware",
    "step",
]

_MODULES = {
    ".cancellation": "CancellationToken",
    ".control": "Next Raise Retry Skip Stop Suspend Value",
    ".definition": "BarrierType",
    ".description": "StepInfo",
    ".errors": "DefinitionError PipelineCancelled PipelineValidationWarning",
    ".events": "Event EventType NodeKind",
    ".expressions": "ExpressionError",
    ".failures": "FailureClassification FailureContext FailureKind FailureReason FailureRecord FailureSource",
    ".meta": "Meta",
    ".metrics": "RuntimeMetrics",
    ".middleware": "simple_logging_middleware",
    ".observability.alerts": "Alerts",
    ".observability.exporter": "PipelineExporter",
    ".observability.resource_monitor": "ResourceMonitor",
    ".observability.tracker": "PipelineTracker",
    ".observers": "Observer ObserverMeta",
    ".outcome": "PipelineEndData PipelineTerminalStatus",
    ".pipe": "Pipe",
    ".plan": "Plan",
    ".retries": "RetryPolicy",
    ".runner": "Runner",
    ".storage.exchanges": "SQLite Wsqlite",
    ".testing": "TestPipe TestResult",
    ".warehouse.blocks": "Background Condition For Parallel",
    ".warehouse.checkpoint_store": "CheckpointManager",
    ".warehouse.discovery": "AutoRegister",
    ".warehouse.merging": "MergeConflictError",
    ".warehouse.pipeline": "Pipeline PipelineAsync",
    ".warehouse.registry": "StepRegistry clear_registry get_step_registry step",
    ".warehouse.result": "PipelineSuspended PipelineTimeoutError",
}
"""The public names of each module. They are imported at their first use: `wt --help` needs none of them."""

__getattr__ = late_names(__name__, _MODULES)


def __dir__() -> list[str]:
    return __all__
