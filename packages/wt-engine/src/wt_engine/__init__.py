"""An async graph engine: one plan, one runner, one stream of events that can be trusted.

- `pipe`: a pipeline written with decorators. `control`: what its steps may return.
- `plan` and `runner`: what is run, and one run of it. `events`: what a run says. `outcome`: how it ended.
- `observers`: who watches runs. `cancellation`: how to end them.
- `testing`: pipelines under test. `types`: all types under one name, for annotations.
- `middleware`, `observability`, `storage`, `visualization`: around steps, beside runs, after runs, and instead of runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wt_engine.cancellation import CancellationToken
from wt_engine.control import Next, Raise, Retry, Skip, Stop, Suspend, Value
from wt_engine.definition import BarrierType
from wt_engine.description import StepInfo
from wt_engine.errors import DefinitionError, PipelineCancelled, PipelineValidationWarning
from wt_engine.events import Event, EventType, NodeKind
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
from wt_engine.observers import Observer, ObserverMeta
from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus
from wt_engine.pipe import Pipe
from wt_engine.plan import Plan
from wt_engine.retries import RetryPolicy
from wt_engine.runner import Runner

if TYPE_CHECKING:
    from wt_engine.observability.resource_monitor import ResourceMonitor
    from wt_engine.testing import TestPipe, TestResult

__all__ = [
    "BarrierType",
    "CancellationToken",
    "DefinitionError",
    "Event",
    "EventType",
    "FailureClassification",
    "FailureContext",
    "FailureKind",
    "FailureReason",
    "FailureRecord",
    "FailureSource",
    "Meta",
    "Next",
    "NodeKind",
    "Observer",
    "ObserverMeta",
    "Pipe",
    "PipelineCancelled",
    "PipelineEndData",
    "PipelineTerminalStatus",
    "PipelineValidationWarning",
    "Plan",
    "Raise",
    "ResourceMonitor",
    "Retry",
    "RetryPolicy",
    "Runner",
    "RuntimeMetrics",
    "Skip",
    "StepInfo",
    "Stop",
    "Suspend",
    "TestPipe",
    "TestResult",
    "Value",
    "simple_logging_middleware",
]


_LAZY = {
    "ResourceMonitor": "wt_engine.observability.resource_monitor",
    "TestPipe": "wt_engine.testing",
    "TestResult": "wt_engine.testing",
}
"""Where names are that not every program pays for."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
