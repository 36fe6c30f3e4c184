"""Functions as the tasks of a workflow: `task(f)`, which is called, mapped, or awaited."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Never, ParamSpec, Protocol, TypeVar, cast, overload

from wt_task.chain import IN_PLACE, Task
from wt_task.elements import Call, count
from wt_task.hints import is_async
from wt_task.skip import SKIP_SENTINEL, SkipSentinel
from wt_task.step import Method, Step
from wt_task.worker import MOCK_VARIABLE, SECRETS_VARIABLE, at_work

if TYPE_CHECKING:
    from wt_task.deferred import AsyncElementCall, DeferredCalls, ElementCall

__all__ = ["AsyncTask", "SyncTask", "Task", "TaskDecorator", "task"]

P = ParamSpec("P")
R = TypeVar("R")


class SyncTask(Task[P, R]):
    """A task whose function is an ordinary one."""

    def partial(self, *args: Never, **kwargs: Any) -> SyncTask[..., R]:
        """Bind arguments, by name; an argument bound or given later replaces an earlier one.

        Raises:
            ValueError: If an argument is given by place.
        """
        return self._with(bound=self._bind(args, kwargs))

    def call(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function once.

        Returns:
            What it returns, or `SKIP_SENTINEL` if a condition holds.
        """
        with Step(self, "call", 1) as step:
            result = self._run_all([self._single(args, kwargs)], step)[0]
            step.skipped = isinstance(result, SkipSentinel)
        return cast("R", result)

    __call__ = call

    def map(self, argnames: str | Sequence[str], argvalues: Iterable[Any] | SkipSentinel) -> list[R]:
        """Call the function once an element.

        Args:
            argnames: Which argument gets the element; or several, which get its parts.
            argvalues: The elements; or `SKIP_SENTINEL`, which gives `[SKIP_SENTINEL]`.

        Returns:
            The results in the order of the elements, with `SKIP_SENTINEL` for each that was skipped.
        """
        return [result for _, result in self._run_over("map", argnames, argvalues)]

    def mapvalues(
        self, argnames: str | Sequence[str], argvalues: Mapping[Any, Any] | Iterable[Any] | SkipSentinel
    ) -> list[tuple[Any, R]]:
        """Call the function once a key and value.

        Args:
            argnames: Which argument gets the value; or several, which get its parts.
            argvalues: A mapping, or pairs of a key and a value; or `SKIP_SENTINEL`, which gives
                `[(None, SKIP_SENTINEL)]`.

        Returns:
            Pairs of the key and the result, in the same order, with `SKIP_SENTINEL` for each that was skipped.
        """
        return self._run_over("mapvalues", argnames, argvalues)

    def map_calls(self, argnames: str | Sequence[str], argvalues: Iterable[Any] | SkipSentinel) -> DeferredCalls:
        """The calls of `map`, for somebody else to run side by side."""
        from wt_task.deferred import ElementCall, deferred

        return deferred(self, "map", argnames, argvalues, partial(ElementCall, self))

    def mapvalues_calls(
        self, argnames: str | Sequence[str], argvalues: Mapping[Any, Any] | Iterable[Any] | SkipSentinel
    ) -> DeferredCalls:
        """The calls of `mapvalues`, for somebody else to run side by side."""
        from wt_task.deferred import ElementCall, deferred

        return deferred(self, "mapvalues", argnames, argvalues, partial(ElementCall, self))

    def call_later(self) -> ElementCall:
        """The single call, for somebody else to make."""
        from wt_task.deferred import ElementCall

        return ElementCall(self, self._single((), {}))

    def run(self, args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Any:
        """One call as it is, outside of any step: what executors run."""
        if self.bound:
            arguments = {**self.bound, **arguments}
        if self.skipifs:
            from wt_task.conditions import holds

            if holds(self.skipifs, self.func, args, arguments):
                return SKIP_SENTINEL
        span = self._span()
        if span is None:
            return self._call_function(args, arguments)
        with span:
            return self._call_function(args, arguments)

    def _call_function(self, args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Any:
        known = self._recollection(args, arguments)
        if known is not None and known.found is not None:
            return known.found.value
        function = self._function  # made here, so that reading its type hints takes none of the time that a call has
        if known is None and not self._enduring:
            return function(*args, **arguments)
        call = partial(function, *args, **arguments)
        if known is not None:
            call = partial(known.make, call)
        if not self._enduring:
            return call()
        from wt_task.endurance import endure

        return endure(self, call)

    def _run_all(self, calls: Sequence[Call], step: Step) -> list[Any]:
        from wt_task.fan_out import run_in_place, run_on_executor

        return (run_in_place if self.executor in IN_PLACE else run_on_executor)(self, calls, step)

    def _run_over(self, method: Method, argnames: str | Sequence[str], argvalues: Any) -> list[tuple[Any, R]]:
        with Step(self, method, count(argvalues)) as step:
            if isinstance(argvalues, SkipSentinel):
                step.skipped = True
                return [(None, cast("R", argvalues))]
            calls = self.calls(method, argnames, argvalues)
            results = self._run_all(calls, step)
            step.skipped = _all_skipped(results)
        return [(call.element and call.element.key, result) for call, result in zip(calls, results, strict=True)]


class AsyncTask(Task[P, R]):
    """A task whose function is a coroutine function; `call`, `map` and `mapvalues` are awaited."""

    def partial(self, *args: Never, **kwargs: Any) -> AsyncTask[..., R]:
        """Bind arguments, by name; an argument bound or given later replaces an earlier one.

        Raises:
            ValueError: If an argument is given by place.
        """
        return self._with(bound=self._bind(args, kwargs))

    async def call(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function once; see `SyncTask.call`."""
        with Step(self, "call", 1) as step:
            result = (await self._run_all([self._single(args, kwargs)], step))[0]
            step.skipped = isinstance(result, SkipSentinel)
        return cast("R", result)

    __call__ = call

    async def map(self, argnames: str | Sequence[str], argvalues: Iterable[Any] | SkipSentinel) -> list[R]:
        """Call the function once an element, several at once; see `SyncTask.map`."""
        return [result for _, result in await self._run_over("map", argnames, argvalues)]

    async def mapvalues(
        self, argnames: str | Sequence[str], argvalues: Mapping[Any, Any] | Iterable[Any] | SkipSentinel
    ) -> list[tuple[Any, R]]:
        """Call the function once a key and value, several at once; see `SyncTask.mapvalues`."""
        return await self._run_over("mapvalues", argnames, argvalues)

    def map_calls(self, argnames: str | Sequence[str], argvalues: Iterable[Any] | SkipSentinel) -> DeferredCalls:
        """The calls of `map`, each to be awaited, for somebody else to run side by side."""
        from wt_task.deferred import AsyncElementCall, deferred

        return deferred(self, "map", argnames, argvalues, partial(AsyncElementCall, self))

    def mapvalues_calls(
        self, argnames: str | Sequence[str], argvalues: Mapping[Any, Any] | Iterable[Any] | SkipSentinel
    ) -> DeferredCalls:
        """The calls of `mapvalues`, each to be awaited, for somebody else to run side by side."""
        from wt_task.deferred import AsyncElementCall, deferred

        return deferred(self, "mapvalues", argnames, argvalues, partial(AsyncElementCall, self))

    def call_later(self) -> AsyncElementCall:
        """The single call, to be awaited, for somebody else to make."""
        from wt_task.deferred import AsyncElementCall

        return AsyncElementCall(self, self._single((), {}))

    async def run(self, args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Any:
        """One call as it is, outside of any step: what executors run."""
        if self.bound:
            arguments = {**self.bound, **arguments}
        if self.skipifs:
            from wt_task.conditions import holds_async

            if await holds_async(self.skipifs, self.func, args, arguments):
                return SKIP_SENTINEL
        span = self._span()
        if span is None:
            return await self._call_function(args, arguments)
        with span:
            return await self._call_function(args, arguments)

    async def _call_function(self, args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Any:
        known = self._recollection(args, arguments)
        if known is not None and known.found is not None:
            return known.found.value
        function = self._function  # made here, so that reading its type hints takes none of the time that a call has
        if known is None and not self._enduring:
            return await function(*args, **arguments)
        call = partial(function, *args, **arguments)
        if known is not None:
            call = partial(known.make_async, call)
        if not self._enduring:
            return await call()
        from wt_task.endurance import endure_async

        return await endure_async(self, call)

    async def _run_all(self, calls: Sequence[Call], step: Step) -> list[Any]:
        from wt_task.fan_out import run_async

        if len(calls) == 1 and calls[0].arguments is not None and self.executor in IN_PLACE:
            step.element = calls[0].element
            return [await self.handling(calls[0]).run(calls[0].args, calls[0].arguments)]
        return await run_async(self, calls, step)

    async def _run_over(self, method: Method, argnames: str | Sequence[str], argvalues: Any) -> list[tuple[Any, R]]:
        with Step(self, method, count(argvalues)) as step:
            if isinstance(argvalues, SkipSentinel):
                step.skipped = True
                return [(None, cast("R", argvalues))]
            calls = self.calls(method, argnames, argvalues)
            results = await self._run_all(calls, step)
            step.skipped = _all_skipped(results)
        return [(call.element and call.element.key, result) for call, result in zip(calls, results, strict=True)]


def _all_skipped(results: Sequence[Any]) -> bool:
    return bool(results) and all(isinstance(result, SkipSentinel) for result in results)


class TaskDecorator(Protocol):
    """What `task` with keywords alone returns."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # a coroutine is an R too, and the first overload wins
        self, func: Callable[P, Coroutine[Any, Any, R]], /
    ) -> AsyncTask[P, R]: ...
    @overload
    def __call__(self, func: Callable[P, R], /) -> SyncTask[P, R]: ...


@overload
def task(  # type: ignore[overload-overlap]  # a coroutine is an R too, and the first overload wins
    func: Callable[P, Coroutine[Any, Any, R]], *, description: str | None = None, tags: Iterable[str] | None = None
) -> AsyncTask[P, R]: ...
@overload
def task(
    func: Callable[P, R], *, description: str | None = None, tags: Iterable[str] | None = None
) -> SyncTask[P, R]: ...
@overload
def task(func: None = None, *, description: str | None = None, tags: Iterable[str] | None = None) -> TaskDecorator: ...
def task(
    func: Callable[..., Any] | None = None, *, description: str | None = None, tags: Iterable[str] | None = None
) -> Any:
    """Make a function a task; as a decorator, with or without keywords, or around a function.

    Args:
        func: The function. A task is taken as it is.
        description: What it does.
        tags: Words to find it by.

    Returns:
        An `AsyncTask` for a coroutine function, else a `SyncTask`; without `func`, a decorator.

    Raises:
        TypeError: If it cannot be called.
    """
    if func is None:
        return lambda func: task(func, description=description, tags=tags)
    known: Any = func
    if MOCK_VARIABLE in os.environ or SECRETS_VARIABLE in os.environ:
        func = known = at_work(func)
    if isinstance(known, Task):
        given = {"description": description, "tags": None if tags is None else tuple(tags)}
        return known._with(**{name: value for name, value in given.items() if value is not None})
    if not callable(func):
        raise TypeError(f"{func!r} is no function")
    return (AsyncTask if is_async(func) else SyncTask)(func, description=description, tags=tags)
