"""One step of a workflow from its start to its end: its events, its span, and whose error it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from wt_contracts.step_event import StepEvent, StepEventKind

from wt_task import tracing
from wt_task.errors import Element, TaskInstanceError
from wt_task.events import observers

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wt_task.chain import Task

Method = Literal["call", "map", "mapvalues"]


class Step:
    """What runs inside the `with` block is the step.

    Attributes:
        element: Which call is running, or has failed; None for the step as a whole.
        skipped: Whether the step was skipped.

    Args:
        task: The task.
        method: How it is called.
        calls: How many calls it makes, if that is known yet.
    """

    __slots__ = ("_begin", "_calls", "_method", "_observed", "_span", "_task", "element", "skipped")

    def __init__(self, task: Task[..., Any], method: Method, calls: int | None) -> None:
        self.element: Element | None = None
        self.skipped = False
        self._task = task
        self._method = method
        self._calls = calls
        self._begin = 0.0
        self._observed = False
        self._span: AbstractContextManager[Any] | None = None

    def __enter__(self) -> Step:
        self._observed = self._task.task_instance_id is not None and bool(observers())
        if self._task.turn is None:
            self._emit("STEP_START")
        self._begin = time.perf_counter()
        if self._task.traced:
            attributes: dict[str, str] = {"method": self._method}
            if self._calls is not None and self._method != "call":
                attributes["ncalls"] = str(self._calls)
            self._span = tracing.span(self._task.task_instance_id or self._task.name, attributes)
            if self._span is not None:
                self._span.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        duration = time.perf_counter() - self._begin
        try:
            if self._span is not None:
                self._span.__exit__(kind, error, traceback)
        finally:
            if error is None:
                self._end(duration)
            elif isinstance(error, Exception):
                self._fail(error, duration)

    def _end(self, duration: float) -> None:
        if self._task.turn is not None:
            self._emit("STEP_ROUND", duration)
        else:
            self._emit("STEP_SKIPPED" if self.skipped else "STEP_END", duration)

    def _fail(self, error: Exception, duration: float) -> None:
        """Say whose error it was; interruptions and exits of the process are nobody's, and have no event."""
        task = self._task
        if self._observed and task.turn is None:
            self._emit("STEP_ERROR", duration, str(_instance_error(task, error, self.element)))
        _name(task, error, self.element)

    def _emit(self, kind: StepEventKind, duration: float | None = None, error: str | None = None) -> None:
        if not self._observed:
            return
        task = self._task
        step, turn = task.task_instance_id or "", task.turn
        if turn is None:
            event = StepEvent(kind, time.time(), step, self._method, self._calls, duration, error)
        else:
            event = StepEvent(kind, time.time(), step, "loop", None, duration, round=turn.place)
        for observer in observers():
            observer(event)


@contextmanager
def located(task: Task[..., Any], element: Element | None) -> Iterator[None]:
    """Let every error inside the `with` block say whose it is, as a step's own errors do.

    Args:
        task: The task.
        element: For which element it is called, if for one.

    Raises:
        TaskInstanceError: Instead of each error, if the task handles them; else the error gets a note.
    """
    try:
        yield
    except Exception as error:
        _name(task, error, element)
        raise


def _name(task: Task[..., Any], error: Exception, element: Element | None) -> None:
    if task.errors_handled:
        raise _instance_error(task, error, element) from error
    if task.task_instance_id is not None or element is not None:
        name = f"task instance {task.task_instance_id!r}" if task.task_instance_id else f"the task {task.name}"
        error.add_note(f"In {name}" + (f", {element}" if element else ""))


def _instance_error(task: Task[..., Any], error: Exception, element: Element | None) -> TaskInstanceError:
    return TaskInstanceError(task.task_instance_id, error, element, task.qualname)
