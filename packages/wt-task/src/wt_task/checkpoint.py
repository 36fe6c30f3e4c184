"""A checkpoint in a run that makes one call after the other: it has no record, and only says that it came by."""

from __future__ import annotations

import time

from wt_contracts.step_event import StepEvent

from wt_task.events import observers


def checkpoint(step: str, name: str, reached: object = True) -> None:
    """Tell whoever listens that the run has come to a checkpoint.

    Args:
        step: The step that it stands behind.
        name: What it is called.
        reached: Whether its condition holds.
    """
    if reached:
        for observer in observers():
            observer(StepEvent("STEP_CHECKPOINT", time.time(), step, "call", checkpoint=name))
