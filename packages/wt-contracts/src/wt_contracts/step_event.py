"""What a step of a running workflow says, before it becomes a line of the event stream."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

StepEventKind: TypeAlias = Literal[
    "STEP_START", "STEP_END", "STEP_SKIPPED", "STEP_ERROR", "STEP_ROUND", "STEP_CHECKPOINT"
]


class StepEvent(NamedTuple):
    """What happened to a step; the fields are those of `wt_contracts.events.WorkflowEvent`.

    Attributes:
        kind: What happened.
        time: When, in seconds since the epoch.
        step: The task instance id.
        method: How the task was called: `call`, `map`, `mapvalues` or `loop`.
        calls: How many calls the step makes, if that is known.
        duration: Seconds since the step's start (not at the start), or of the round.
        error: What went wrong (errors only).
        reason: Why the step was skipped, if the spec says it.
        round: Which round of a loop has ended, counted from 0.
        cached: How many of the calls were taken from the cache (ends only), if the step is cached.
        checkpoint: Which checkpoint the run has come to after the step.
    """

    kind: StepEventKind
    time: float
    step: str
    method: str
    calls: int | None = None
    duration: float | None = None
    error: str | None = None
    reason: str | None = None
    round: int | None = None
    cached: int | None = None
    checkpoint: str | None = None
