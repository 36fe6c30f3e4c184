"""What went wrong in a step, with the step's name and the element it went wrong for."""

from __future__ import annotations

from typing import Any, NamedTuple


class Element(NamedTuple):
    """Which of the calls of a `map` or `mapvalues` it is.

    Attributes:
        index: Its place among the elements, counted from 0.
        key: Its key, for `mapvalues`.
        keyed: Whether it has a key.
    """

    index: int
    key: Any = None
    keyed: bool = False

    def __str__(self) -> str:
        return f"key {self.key!r}" if self.keyed else f"element {self.index}"


class TaskInstanceError(Exception):
    """An exception that a task instance raised; the exception itself is the `__cause__`.

    Args:
        task_instance_id: Which task instance; None if it has no id.
        error: What it raised.
        element: For which element of a `map` or `mapvalues`, if for one.
    """

    def __init__(self, task_instance_id: str | None, error: BaseException, element: Element | None = None) -> None:
        self.task_instance_id = task_instance_id
        self.error = error
        self.element = element
        self.__cause__ = error
        super().__init__(task_instance_id, error, element)

    @property
    def index(self) -> int | None:
        """The place of the failed element, counted from 0."""
        return None if self.element is None else self.element.index

    @property
    def key(self) -> Any:
        """The key of the failed element, for `mapvalues`."""
        return None if self.element is None else self.element.key

    def __str__(self) -> str:
        place = f", {self.element}," if self.element else ""
        return f"Task instance {self.task_instance_id or ''!r}{place} raised {describe(self.error)}"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.task_instance_id, self.error, self.element)


def describe(error: BaseException) -> str:
    """An exception as `ClassName('message')`; what pydantic found wrong with a call's arguments, one a line."""
    from wt_task.validation import describe_refusal

    refusal = describe_refusal(error)
    return refusal if refusal is not None else f"{type(error).__name__}('{error}')"
