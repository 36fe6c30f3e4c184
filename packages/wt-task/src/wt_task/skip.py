"""What stands for a result that was not computed because its step was skipped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from wt_contracts.skip import SKIP_SENTINEL, Skipped, SkipSentinel

if TYPE_CHECKING:
    from pydantic import BeforeValidator as SkippedDependencyFallback

__all__ = ["SKIP_SENTINEL", "SkipSentinel", "Skipped", "SkippedDependencyFallback", "skip_step"]


def skip_step(task_instance_id: str, reason: str, method: Literal["call", "map", "mapvalues", "loop"] = "call") -> Any:
    """Tell whoever listens that a step does not run.

    Args:
        task_instance_id: The name of the step.
        reason: Why it does not run.
        method: How it would have been called.

    Returns:
        `SKIP_SENTINEL`, which stands for its result.
    """
    from wt_contracts.step_event import StepEvent

    from wt_task.events import observers

    calls = 1 if method == "call" else None
    for observer in observers():
        observer(StepEvent("STEP_START", time.time(), task_instance_id, method, calls))
        observer(StepEvent("STEP_SKIPPED", time.time(), task_instance_id, method, calls, 0.0, reason=reason))
    return SKIP_SENTINEL


def __getattr__(name: str) -> Any:
    """`SkippedDependencyFallback`, as late as possible: it is pydantic's `BeforeValidator`.

    In `Annotated[T, SkippedDependencyFallback(f)]`, `f` gets the argument before it is validated, and can turn a
    sentinel into a default.
    """
    if name == "SkippedDependencyFallback":
        from pydantic import BeforeValidator

        globals()[name] = BeforeValidator
        return BeforeValidator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
