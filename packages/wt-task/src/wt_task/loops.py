"""The rounds of a step that is called again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from wt_task.errors import TaskInstanceError
from wt_task.events import observers

if TYPE_CHECKING:
    from wt_contracts.step_event import StepEventKind


class LoopLimitError(RuntimeError):
    """A loop has made as many rounds as it may, and is not done."""


def rounds(task_instance_id: str, times: Any = None, *, least: int = 0, at_most: int | None = None) -> Iterator[int]:
    """Count the rounds of a loop, from 0.

    Args:
        task_instance_id: The name of the step.
        times: How many there are.
        least: How many there are at least.
        at_most: How many there may be, of a loop that ends itself; one of this and `times` is given.

    Raises:
        TaskInstanceError: `times` is no such number, or a loop that ends itself did not within `at_most` rounds.
    """
    if at_most is None:
        if isinstance(times, bool) or not isinstance(times, int) or times < least:
            error = ValueError(f"'times' of the loop is {times!r}, and must be a whole number from {least}")
            raise TaskInstanceError(task_instance_id, error)
        yield from range(times)
        return
    yield from range(at_most)
    limit = LoopLimitError(f"the condition in 'until' does not hold after {at_most} rounds")
    raise TaskInstanceError(task_instance_id, limit)


class LoopStep:
    """What runs inside the `with` block are the rounds of one step; whoever listens is told of the step as a whole.

    Args:
        task_instance_id: The name of the step.
    """

    def __init__(self, task_instance_id: str) -> None:
        self._step = task_instance_id
        self._skipped = False
        self._begin = 0.0

    def skip(self) -> None:
        """Let the step count as skipped."""
        self._skipped = True

    def __enter__(self) -> LoopStep:
        self._begin = time.perf_counter()
        self._emit("STEP_START", None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        duration = time.perf_counter() - self._begin
        if error is None:
            self._emit("STEP_SKIPPED" if self._skipped else "STEP_END", duration)
        elif isinstance(error, Exception):
            self._emit("STEP_ERROR", duration, str(error))

    def _emit(self, kind: StepEventKind, duration: float | None, error: str | None = None) -> None:
        from wt_contracts.step_event import StepEvent

        for observer in observers():
            observer(StepEvent(kind, time.time(), self._step, "loop", None, duration, error))
