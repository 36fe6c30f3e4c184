"""What a run keeps account of: its failures and its measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wt_engine.errors import (
    BarrierTimeoutError,
    MapItemsError,
    ProcessDiedError,
    RetriesExceededError,
    StepTimeoutError,
    SubPipelineError,
    UnknownStepError,
)
from wt_engine.failures import (
    FailureClassification,
    FailureKind,
    FailureReason,
    FailureRecord,
    FailureSource,
    classify,
)
from wt_engine.forensics import Forensics
from wt_engine.metrics import BarrierMetrics, MapMetrics, RuntimeMetrics, StepTimings, TaskMetrics

_REASONS: tuple[tuple[type[BaseException], FailureReason], ...] = (
    (StepTimeoutError, FailureReason.STEP_TIMEOUT),
    (ProcessDiedError, FailureReason.PROCESS_DIED),
    (BarrierTimeoutError, FailureReason.BARRIER_TIMEOUT),
    (UnknownStepError, FailureReason.UNKNOWN_STEP),
    (RetriesExceededError, FailureReason.MAX_RETRIES),
    (MapItemsError, FailureReason.MAP_ITEMS),
    (SubPipelineError, FailureReason.SUB_PIPELINE),
)


class Journal:
    """The account of one run.

    Args:
        classification: The pipe's own rules for whose failure something is.
        forensics: Writes the report of each failure.
    """

    def __init__(self, classification: FailureClassification | None, forensics: Forensics) -> None:
        self._classification = classification
        self._forensics = forensics
        self.failures: list[FailureRecord] = []
        self.tasks = TaskMetrics()
        self.maps = MapMetrics()
        self.timings = StepTimings()
        self.barriers: dict[str, BarrierMetrics] = {}

    def step_failed(self, step: str, error: BaseException, report: Mapping[str, Any]) -> None:
        """Keep the failure of a step."""
        reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), FailureReason.STEP_ERROR)
        if isinstance(error, SubPipelineError) and error.failed_step:
            step = f"{step}:{error.failed_step}"
        self.fail(FailureKind.STEP, reason, step, error, report)

    def fail(
        self,
        kind: FailureKind,
        reason: FailureReason,
        step: str,
        error: BaseException,
        report: Mapping[str, Any],
        source: FailureSource = FailureSource.USER_CODE,
    ) -> None:
        """Keep a failure."""
        text = self._forensics.text(error)
        self.failures.extend(classify(self._classification, error, kind, reason, step, source, text, report))

    def barrier(self, step: str) -> BarrierMetrics:
        """The measurements of a join."""
        return self.barriers.setdefault(step, BarrierMetrics())

    def metrics(self, counts: dict[str, int], max_depth: int) -> RuntimeMetrics:
        """Everything that was measured.

        Args:
            counts: How many events of each type there were.
            max_depth: How many events the queue held at most.
        """
        found = RuntimeMetrics(
            tasks=self.tasks,
            step_latency=self.timings,
            barriers=self.barriers,
            maps=self.maps,
            events={kind: count for kind, count in counts.items() if count},
        )
        found.queue.max_depth = max_depth
        return found
