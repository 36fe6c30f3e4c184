"""How a run ended: the payload of FINISH."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wt_engine.failures import FailureKind, FailureRecord, FailureSource
from wt_engine.metrics import RuntimeMetrics


class PipelineTerminalStatus(StrEnum):
    """How a run ended."""

    SUCCESS = "success"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    CLIENT_CLOSED = "client_closed"


@dataclass(frozen=True, slots=True)
class PipelineEndData:
    """How a run ended.

    Attributes:
        status: How it ended. `CLIENT_CLOSED` is for observers: who left reads no FINISH.
        duration_s: How long it took, in seconds.
        error: The text of the primary failure, or why it was cancelled.
        reason: The reason of the primary failure, or what a suspended run waits for.
        failure_kind: The phase of the primary failure; `NONE` for timeouts and cancellations.
        failure_source: Whose failure it is.
        failed_step: The step of the primary failure.
        errors: All failures in the order in which they happened, whatever the status.
        metrics: What the run measured.
        suspended: Whether a step suspended the run.
    """

    status: PipelineTerminalStatus
    duration_s: float
    error: str | None
    reason: Any
    failure_kind: FailureKind
    failure_source: FailureSource
    failed_step: str | None
    errors: tuple[FailureRecord, ...]
    metrics: RuntimeMetrics
    suspended: bool = False
