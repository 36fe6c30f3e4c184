"""How a call ended, as its record says."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a recorded call ended.

    `OPENED` is no end: a map has its items, or a sub-pipeline its state. `CUT` is the end of a map or a sub-pipeline of
    which a part did not run, because the run was stopping. `ANSWERED` is what a suspended call got later. `ASTRAY` is a
    call that wanted to go on with a step that does not exist. Nothing follows from an `ENDED_ALONE`.
    """

    ENDED = "ended"
    ENDED_ALONE = "ended_alone"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    ANSWERED = "answered"
    JUMPED = "jumped"
    CHOSE = "chose"
    AGAIN = "again"
    OPENED = "opened"
    CUT = "cut"
    FAILED_ATTEMPT = "failed_attempt"
    FAILED = "failed"
    ASTRAY = "astray"
    INTERRUPTED = "interrupted"


RESULTS = "results"
"""The target of a map's end whose value is what its items have left."""

STATE = "state"
"""The target of a sub-pipeline's end whose value is its state."""

ON = "on"
"""The target of a failure after which the run goes on as if the step had returned nothing."""
