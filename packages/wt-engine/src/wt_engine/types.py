"""The types of the engine under one name, for annotations."""

from __future__ import annotations

from wt_engine.cancellation import CancellationToken
from wt_engine.control import Next, Raise, Retry, Skip, Stop, Suspend, Value
from wt_engine.definition import BarrierType
from wt_engine.description import HookSpec, StepInfo
from wt_engine.errors import DefinitionError, PipelineCancelled, PipelineValidationWarning
from wt_engine.events import Event, EventType, NodeKind, StepStatus
from wt_engine.failures import FailureKind, FailureReason, FailureRecord, FailureSource
from wt_engine.injection import InjectionSource
from wt_engine.meta import Meta, PipelineMeta, ScopedMeta
from wt_engine.metrics import (
    BarrierMetrics,
    MapMetrics,
    QueueMetrics,
    RuntimeMetrics,
    StepTiming,
    StepTimings,
    TaskMetrics,
)
from wt_engine.middleware import StepContext
from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus

_Next = Next

__all__ = [
    "BarrierMetrics",
    "BarrierType",
    "CancellationToken",
    "DefinitionError",
    "Event",
    "EventType",
    "FailureKind",
    "FailureReason",
    "FailureRecord",
    "FailureSource",
    "HookSpec",
    "InjectionSource",
    "MapMetrics",
    "Meta",
    "Next",
    "NodeKind",
    "PipelineCancelled",
    "PipelineEndData",
    "PipelineMeta",
    "PipelineTerminalStatus",
    "PipelineValidationWarning",
    "QueueMetrics",
    "Raise",
    "Retry",
    "RuntimeMetrics",
    "ScopedMeta",
    "Skip",
    "StepContext",
    "StepInfo",
    "StepStatus",
    "StepTiming",
    "StepTimings",
    "Stop",
    "Suspend",
    "TaskMetrics",
    "Value",
    "_Next",
]
