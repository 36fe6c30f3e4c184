"""Functions as the tasks of a workflow: `task(f)`, and the chain of methods that says how it is called."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Never, NoReturn, ParamSpec, Protocol, Self, TypeVar, cast, overload

from wt_task import tracing
from wt_task.elements import Call, Shape, calls_of_map, calls_of_mapvalues, count, read_names
from wt_task.hints import is_async, parameters
from wt_task.skip import SKIP_SENTINEL, SkipSentinel
from wt_task.step import Method, Step
from wt_task.validation import name_of, validated

if TYPE_CHECKING:
    from wt_contracts.executor import Executor

    from wt_task.conditions import Skipif

P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K")

_DESCRIBED_BY = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__type_params__")
_IN_PLACE = ("inline", "python")
_NAMED_EXECUTORS = (*_IN_PLACE, "threads", "processes")


class Task(Generic[P, R]):
    """A function and how it is called; it never changes: each method returns a new task.

    Made by `task`, and used as the function it wraps where a function is expected.

    Attributes:
        func: The function.
        description: What it does.
        tags: Words to find it by.
        task_instance_id: The name of the step that it is in a workflow.
        executor: Where it runs: the name of an executor, or one.
        concurrency: How many of its calls run at once; None leaves it to the executor.
        bound: The arguments bound so far.
        skipifs: The conditions under which it is skipped.
        errors_handled: Whether every error is made a `TaskInstanceError`.
        traced: Whether it opens spans.
        travelled: Whether it came from another process.
    """

    func: Callable[P, Any]
    description: str | None
    tags: tuple[str, ...]
    task_instance_id: str | None
    executor: str | Executor
    concurrency: int | None
    bound: Mapping[str, Any]
    skipifs: tuple[Skipif, ...]
    validates: bool
    errors_handled: bool
    traced: bool
    travelled: bool

    def __init__(
        self, func: Callable[P, Any], *, description: str | None = None, tags: Iterable[str] | None = None
    ) -> None:
        self.__dict__.update({name: getattr(func, name) for name in _DESCRIBED_BY if hasattr(func, name)})
        self.__dict__.update(
            __wrapped__=func,
            func=func,
            description=description,
            tags=tuple(tags or ()),
            task_instance_id=None,
            executor="inline",
            concurrency=None,
            bound={},
            skipifs=(),
            validates=False,
            errors_handled=False,
            traced=False,
            travelled=False,
        )

    def validate(self) -> Self:
        """Check and convert arguments and the return value as pydantic's `validate_call` does."""
        return self._with(validates=True)

    def set_task_instance_id(self, task_instance_id: str) -> Self:
        """Name the step that this task is in a workflow."""
        return self._with(task_instance_id=task_instance_id)

    def handle_errors(self) -> Self:
        """Raise each error, of conditions and validation too, as a `TaskInstanceError` that names the step."""
        if self.task_instance_id is None:
            import warnings

            message = f"the errors of {self.name} will name no step: call set_task_instance_id before handle_errors"
            warnings.warn(message, stacklevel=2)
        return self._with(errors_handled=True)

    def with_tracing(self) -> Self:
        """Open a span around the step and around each call, if something configured OpenTelemetry."""
        return self._with(traced=True)

    def skipif(self, conditions: Sequence[Callable[..., Any]], unpack_depth: int = 1) -> Self:
        """Give `SKIP_SENTINEL` instead of calling the function, if any condition holds.

        Args:
            conditions: Each gets all values that the function would get, defaults included, by place and in the order
                of the function's parameters, before they are validated.
            unpack_depth: How many levels of lists and tuples among these values are flattened first.
        """
        from wt_task.conditions import Skipif

        return self._with(skipifs=(*self.skipifs, Skipif(tuple(conditions), unpack_depth)))

    def set_executor(self, executor: str | Executor) -> Self:
        """Choose where the calls run.

        Args:
            executor: `inline` (or `python`, the same), `threads`, `processes`, or an object with `submit` and
                `shutdown` as those of `concurrent.futures` have them. It is not shut down by the task.

        Raises:
            ValueError: If it is none of these.
        """
        fits = not isinstance(executor, type) and all(hasattr(executor, name) for name in ("submit", "shutdown"))
        if not fits and executor not in _NAMED_EXECUTORS:
            names = ", ".join(map(repr, _NAMED_EXECUTORS))
            raise ValueError(
                f"{executor!r} is no executor; it is one of {names}, or an object with submit and shutdown"
            )
        return self._with(executor=executor)

    def set_concurrency(self, limit: int) -> Self:
        """Choose how many calls of a `map` or `mapvalues` run at once, in threads, processes or an event loop.

        Raises:
            ValueError: If it is less than 1.
        """
        if limit < 1:
            raise ValueError(f"{limit} calls at once are too few")
        return self._with(concurrency=limit)

    @property
    def name(self) -> str:
        """The name of the function."""
        return name_of(self.func)

    @property
    def qualname(self) -> str:
        """The qualified name of the function."""
        return getattr(self.func, "__qualname__", self.name)

    def run(self, args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Any:
        """One call as it is, outside of any step: what executors run."""
        raise NotImplementedError

    def _call_function(self, args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Any:
        function = validated(self.func) if self.validates else self.func
        return cast("Callable[..., Any]", function)(*args, **arguments)

    def _span(self) -> Any:
        if not self.traced:
            return None
        module = getattr(self.func, "__module__", None) or ""
        return tracing.span(self.name, {"func.__name__": self.name, "func.__module__": module})

    def _with(self, **changes: Any) -> Self:
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__)
        changed.__dict__.update(changes)
        return changed

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if args:
            raise ValueError("partial takes arguments by name only")
        return {**self.bound, **kwargs}

    def _single(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """A single call, its arguments by name as far as they have one: errors then name them."""
        if not args:
            return Call(None, (), kwargs)
        names = parameters(self.func).positional
        if names is None or len(args) > len(names):
            return Call(None, args, kwargs)
        by_place = dict(zip(names, args, strict=False))
        for name in by_place:
            if name in kwargs or name in self.bound:
                raise TypeError(f"{self.name}() got multiple values for argument {name!r}")
        return Call(None, (), {**by_place, **kwargs})

    def _calls(self, method: Method, argnames: str | Sequence[str], argvalues: Any) -> list[Call]:
        shape = Shape(self.func, read_names(argnames), conditional=bool(self.skipifs))
        return (calls_of_map if method == "map" else calls_of_mapvalues)(shape, argvalues)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        from wt_task.portable import portable_function

        function = portable_function(self.func)
        return {**self.__dict__, "func": function, "__wrapped__": function, "executor": "inline", "travelled": True}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from wt_task.portable import FunctionReference

        self.__dict__.update(state)
        sent = state["func"]
        if isinstance(sent, FunctionReference):
            function = sent.resolve()
            self.__dict__.update(func=function, __wrapped__=function)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"a task never changes: its methods return a new one (cannot set {name!r})")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a task never changes (cannot delete {name!r})")

    def __repr__(self) -> str:
        step = f", task_instance_id={self.task_instance_id!r}" if self.task_instance_id is not None else ""
        return f"{type(self).__name__}({self.qualname}{step})"


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

    def _run_all(self, calls: Sequence[Call], step: Step) -> list[Any]:
        from wt_task.fan_out import run_in_place, run_on_executor

        return (run_in_place if self.executor in _IN_PLACE else run_on_executor)(self, calls, step)

    def _run_over(self, method: Method, argnames: str | Sequence[str], argvalues: Any) -> list[tuple[Any, R]]:
        with Step(self, method, count(argvalues)) as step:
            if isinstance(argvalues, SkipSentinel):
                step.skipped = True
                return [(None, cast("R", argvalues))]
            calls = self._calls(method, argnames, argvalues)
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

    async def _run_all(self, calls: Sequence[Call], step: Step) -> list[Any]:
        from wt_task.fan_out import run_async

        if len(calls) == 1 and calls[0].arguments is not None and self.executor in _IN_PLACE:
            step.element = calls[0].element
            return [await self.run(calls[0].args, calls[0].arguments)]
        return await run_async(self, calls, step)

    async def _run_over(self, method: Method, argnames: str | Sequence[str], argvalues: Any) -> list[tuple[Any, R]]:
        with Step(self, method, count(argvalues)) as step:
            if isinstance(argvalues, SkipSentinel):
                step.skipped = True
                return [(None, cast("R", argvalues))]
            calls = self._calls(method, argnames, argvalues)
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
    if isinstance(known, Task):
        given = {"description": description, "tags": None if tags is None else tuple(tags)}
        return known._with(**{name: value for name, value in given.items() if value is not None})
    if not callable(func):
        raise TypeError(f"{func!r} is no function")
    return (AsyncTask if is_async(func) else SyncTask)(func, description=description, tags=tags)
