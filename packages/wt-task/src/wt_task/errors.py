"""What went wrong in a step, with the step's name and the element it went wrong for."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from wt_contracts.portable import PortableError, RemoteError


class Element(NamedTuple):
    """Which of the calls of a `map` or `mapvalues`, or which round of a loop, it is.

    Attributes:
        place: Its place among the elements or rounds, counted from 0.
        key: Its key, for `mapvalues`.
        keyed: Whether it has a key.
        noun: What it is.
    """

    place: int
    key: Any = None
    keyed: bool = False
    noun: str = "element"

    def __str__(self) -> str:
        return f"key {self.key!r}" if self.keyed else f"{self.noun} {self.place}"


class TaskInstanceError(Exception):
    """An exception that a task instance raised; the exception itself is the `__cause__`.

    Args:
        task_instance_id: Which task instance; None if it has no id.
        error: What it raised.
        element: For which element of a `map` or `mapvalues`, if for one.
        function: The qualified name of the task's function.
    """

    def __init__(
        self,
        task_instance_id: str | None,
        error: BaseException,
        element: Element | None = None,
        function: str = "",
    ) -> None:
        super().__init__(task_instance_id, error, element, function)
        self.task_instance_id = task_instance_id
        self.error = error
        self.element = element
        self.function = function
        self.__cause__ = error

    def __reduce__(self) -> tuple[Any, ...]:
        """The exception itself may be one that cannot be pickled."""
        error = PortableError(self.error, partial(describe, function=self.function))
        return type(self), (self.task_instance_id, error, self.element, self.function)

    @property
    def index(self) -> int | None:
        """The place of the failed element, counted from 0."""
        return None if self.element is None else self.element.place

    @property
    def key(self) -> Any:
        """The key of the failed element, for `mapvalues`."""
        return None if self.element is None else self.element.key

    def __str__(self) -> str:
        place = f", {self.element}," if self.element else ""
        return f"Task instance {self.task_instance_id or ''!r}{place} raised {describe(self.error, self.function)}"


def describe(error: BaseException, function: str = "") -> str:
    """An exception as `ClassName('message')`, or what `describe_refusal` says if a call of the function was refused."""
    from wt_task.validation import describe_refusal

    if isinstance(error, RemoteError):
        return str(error)
    return describe_refusal(error, function) or f"{type(error).__name__}('{_said(error)}')"


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the exception's own code must not hide the exception
        return "<exception str() failed>"
