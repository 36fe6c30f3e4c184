"""The calls of a `map` or `mapvalues`, for somebody else to run: each can be called alone, also in another process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from wt_task.elements import Call
from wt_task.skip import SKIP_SENTINEL, SkipSentinel
from wt_task.step import Method, located

if TYPE_CHECKING:
    from wt_task.chain import Task
    from wt_task.task import AsyncTask


class ElementCall:
    """One call of a task; called without arguments."""

    __slots__ = ("call", "task")

    def __init__(self, task: Task[..., Any], call: Call) -> None:
        self.task = task
        self.call = call

    def __call__(self) -> Any:
        """What the function returns, or `SKIP_SENTINEL`.

        Raises:
            Exception: What the function raises; a `TaskInstanceError` that names the element if errors are handled.
        """
        if self.call.arguments is None:
            return SKIP_SENTINEL
        with located(self.task, self.call.element):
            return self.task.run(self.call.args, self.call.arguments)


class AsyncElementCall:
    """One call of an asynchronous task; called without arguments, and awaited."""

    __slots__ = ("call", "task")

    def __init__(self, task: AsyncTask[..., Any], call: Call) -> None:
        self.task = task
        self.call = call

    async def __call__(self) -> Any:
        """As `ElementCall`."""
        if self.call.arguments is None:
            return SKIP_SENTINEL
        with located(self.task, self.call.element):
            return await self.task.run(self.call.args, self.call.arguments)


class DeferredCalls:
    """The calls of one step (a `wt_contracts.fan_out.FanOut`).

    Attributes:
        calls: What to call, in the order of the elements.
    """

    def __init__(self, method: Method, calls: Sequence[Call], bind: Callable[[Call], Callable[[], Any]]) -> None:
        self.calls = [bind(call) for call in calls]
        self._keys: list[Any] | None = None
        if method == "mapvalues":
            self._keys = [call.element and call.element.key for call in calls]

    def gather(self, results: Sequence[Any]) -> list[Any]:
        """What `map` or `mapvalues` would have returned."""
        return list(results) if self._keys is None else list(zip(self._keys, results, strict=True))


def deferred(
    task: Task[..., Any], method: Method, argnames: str | Sequence[str], argvalues: Any, bind: Callable[[Call], Any]
) -> DeferredCalls:
    """The calls that `method` would make.

    Args:
        task: The task.
        method: `map` or `mapvalues`.
        argnames: Which argument gets the element; or several, which get its parts.
        argvalues: The elements; a sentinel in their place is one call that gives it back.
        bind: Makes something callable of each call.

    Raises:
        Exception: The elements do not fit; a `TaskInstanceError` if the task handles its errors.
    """
    if isinstance(argvalues, SkipSentinel):
        return DeferredCalls(method, [Call(None, (), None)], bind)
    with located(task, None):
        return DeferredCalls(method, task.calls(method, argnames, argvalues), bind)
