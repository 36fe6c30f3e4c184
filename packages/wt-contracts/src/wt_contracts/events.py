"""What a running workflow says meanwhile: one JSON line an event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wt_contracts.versions import check_major

EVENTS_VERSION = "1.2"


class EventKind(StrEnum):
    """What happened.

    STEP_ROUND (since 1.1) is the end of a round of a loop, whose step goes on. STEP_CHECKPOINT (since 1.2) says that
    the run has come to a checkpoint, after the end of the step that has it and of all that stand before it.
    """

    START = "START"
    STEP_START = "STEP_START"
    STEP_END = "STEP_END"
    STEP_SKIPPED = "STEP_SKIPPED"
    STEP_ERROR = "STEP_ERROR"
    STEP_ROUND = "STEP_ROUND"
    STEP_CHECKPOINT = "STEP_CHECKPOINT"
    FINISH = "FINISH"


@dataclass(frozen=True, kw_only=True)
class WorkflowEvent:
    """One line of a run's event stream.

    Attributes:
        version: The version of this document; another major version is refused.
        kind: What happened.
        time: When, in seconds since the epoch.
        run_id: Which run.
        step: The task instance it happened to; None for START and FINISH.
        method: How the instance was called: `call`, `map`, `mapvalues` or `loop`.
        calls: How many calls a step makes, if that is known.
        steps: How many task instances the workflow has (START only).
        duration: Seconds since the matching start, or of the round (ends only).
        error: What went wrong (STEP_ERROR, and FINISH of a failed run).
        reason: Why a step was skipped, if the spec says it (since 1.1).
        round: Which round of a loop has ended, counted from 0 (STEP_ROUND only).
        waiting: The task instance whose approval a suspended run waits for (FINISH only; since 1.1).
        cached: How many of a step's calls were taken from the cache, if the step is cached (ends only; since 1.1).
        checkpoint: What the checkpoint is called (STEP_CHECKPOINT only; since 1.2).
    """

    version: str = EVENTS_VERSION
    kind: EventKind
    time: float
    run_id: str | None = None
    step: str | None = None
    method: str | None = None
    calls: int | None = None
    steps: int | None = None
    duration: float | None = None
    error: str | None = None
    reason: str | None = None
    round: int | None = None
    cached: int | None = None
    waiting: str | None = None
    checkpoint: str | None = None

    def __post_init__(self) -> None:
        check_major("the event", self.version, 1, "wt-contracts")
