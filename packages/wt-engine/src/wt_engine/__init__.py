"""An async graph engine: one plan, one runner, one stream of events that can be trusted.

- `pipe`: a pipeline written with decorators. `control`: what its steps may return.
- `warehouse`: `Pipeline`, a list of steps over one shared mapping. `expressions`: its conditions.
- `plan` and `runner`: what is run, and one run of it. `events`: what a run says. `outcome`: how it ended.
- `observers`: who watches runs. `cancellation`: how to end them.
- `testing`: pipelines under test.
"""

from __future__ import annotations

import importlib
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
from wt_engine.observers import Observer, ObserverMeta
from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus
from wt_engine.pipe import Pipe
from wt_engine.plan import Plan
from wt_engine.retries import RetryPolicy
from wt_engine.runner import Runner

if TYPE_CHECKING:
    from wt_engine.expressions import ExpressionError
    from wt_engine.testing import TestPipe, TestResult
    from wt_engine.warehouse.blocks import Background, Condition, For, Parallel
    from wt_engine.warehouse.discovery import AutoRegister
    from wt_engine.warehouse.merging import MergeConflictError
    from wt_engine.warehouse.pipeline import Pipeline, PipelineAsync
    from wt_engine.warehouse.registry import StepRegistry, clear_registry, get_step_registry, step
    from wt_engine.warehouse.result import PipelineSuspended, PipelineTimeoutError

__all__ = [
    "AutoRegister",
    "Background",
    "BarrierType",
    "CancellationToken",
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
    "PipelineSuspended",
    "PipelineTerminalStatus",
    "PipelineTimeoutError",
    "PipelineValidationWarning",
    "Plan",
    "Raise",
    "Retry",
    "RetryPolicy",
    "Runner",
    "RuntimeMetrics",
    "Skip",
    "StepInfo",
    "StepRegistry",
    "Stop",
    "Suspend",
    "TestPipe",
    "TestResult",
    "Value",
    "clear_registry",
    "get_step_registry",
    "step",
]


# Who does not use them does not pay for their import.
_LATE = {
    "TestPipe": "testing",
    "TestResult": "testing",
    "AutoRegister": "warehouse.discovery",
    "Background": "warehouse.blocks",
    "Condition": "warehouse.blocks",
    "ExpressionError": "expressions",
    "For": "warehouse.blocks",
    "MergeConflictError": "warehouse.merging",
    "Parallel": "warehouse.blocks",
    "Pipeline": "warehouse.pipeline",
    "PipelineAsync": "warehouse.pipeline",
    "PipelineSuspended": "warehouse.result",
    "PipelineTimeoutError": "warehouse.result",
    "StepRegistry": "warehouse.registry",
    "clear_registry": "warehouse.registry",
    "get_step_registry": "warehouse.registry",
    "step": "warehouse.registry",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"wt_engine.{_LATE[name]}"), name)
    globals()[name] = found
    return found
