"""What every task has: a function, and the chain of methods that says how it is called."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, NoReturn, ParamSpec, Self, TypeVar, cast

from wt_contracts.cached_call import KEEP_VARIABLE

from wt_task import tracing
from wt_task.elements import Call, Shape, calls_of_map, calls_of_mapvalues, read_names
from wt_task.hints import parameters
from wt_task.step import Method
from wt_task.validation import name_of, validated

if TYPE_CHECKING:
    from wt_contracts.executor import Executor
    from wt_contracts.retry import RetryPolicy

    from wt_task.call_cache import Recollection
    from wt_task.conditions import Skipif
    from wt_task.endurance import Failure
    from wt_task.errors import Element

P = ParamSpec("P")
R = TypeVar("R")

IN_PLACE = ("inline", "python")
"""The names of the executor that runs a call where it is made."""

_NAMED_EXECUTORS = (*IN_PLACE, "threads", "processes")


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
        retries: When a failed call is tried again; None for never.
        limit: How many seconds a call may take; None for any number.
        skips_errors: Whether a step that fails is skipped.
        turn: Which round of a loop a single call of it is; None if it is none.
        handler: What stands in for a call that fails for good.
        caches: Whether a call that was made before is not made again.
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
    retries: RetryPolicy | None
    limit: float | None
    skips_errors: bool
    turn: Element | None
    handler: Callable[[Failure], Any] | None
    caches: bool
    travelled: bool

    def __init__(
        self, func: Callable[P, Any], *, description: str | None = None, tags: Iterable[str] | None = None
    ) -> None:
        self.__dict__.update(
            {name: getattr(func, name) for name in functools.WRAPPER_ASSIGNMENTS if hasattr(func, name)}
        )
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
            retries=None,
            limit=None,
            skips_errors=False,
            turn=None,
            handler=None,
            caches=KEEP_VARIABLE in os.environ,
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

    def retry(self, policy: RetryPolicy) -> Self:
        """Try failed calls again, each on its own."""
        return self._with(retries=policy)

    def timeout(self, seconds: float) -> Self:
        """Let a call fail with `TimeoutError` that takes longer; its thread is left behind.

        Raises:
            ValueError: If it is not above 0.
        """
        if not seconds > 0:
            raise ValueError(f"a call cannot end within {seconds} seconds")
        return self._with(limit=seconds)

    def skip_errors(self) -> Self:
        """Give `SKIP_SENTINEL` for a call that fails, and say so on standard error."""
        return self._with(skips_errors=True)

    def round(self, number: int) -> Self:
        """Let a single call be one of the rounds of a loop, counted from 0: errors and events say so."""
        from wt_task.errors import Element

        return self._with(turn=Element(number, noun="round"))

    def on_error(self, handler: Callable[[Failure], Any]) -> Self:
        """Let a handler stand in for a call that fails for good: what it returns is the result, or it raises."""
        return self._with(handler=handler)

    def handling(self, call: Call) -> Self:
        """The same for one of its calls: its handler is told which one has failed."""
        from wt_task.endurance import told_of

        return self if self.handler is None else self._with(handler=told_of(self.handler, call))

    def cache(self) -> Self:
        """Give what an earlier call returned, in this run or another, if nothing has changed that decides it.

        That is the source of the function, the Python files of its package, the lock of the environment, the version of
        Python, and each argument by its content. Runs that the command of a compiled workflow has started have a cache;
        elsewhere each call is made.
        """
        return self._with(caches=True)

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

    @property
    def _function(self) -> Callable[..., Any]:
        function = validated(self.func) if self.validates else self.func
        return cast("Callable[..., Any]", function)

    @property
    def _enduring(self) -> bool:
        """Whether a call is more than a call."""
        return self.retries is not None or self.limit is not None or self.skips_errors or self.handler is not None

    def _recollection(self, args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Recollection | None:
        if not self.caches:
            return None
        from wt_task.call_cache import recollection

        return recollection(self, args, arguments)

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
            return Call(self.turn, (), kwargs)
        names = parameters(self.func).positional
        if names is None or len(args) > len(names):
            return Call(self.turn, args, kwargs)
        by_place = dict(zip(names, args, strict=False))
        for name in by_place:
            if name in kwargs or name in self.bound:
                raise TypeError(f"{self.name}() got multiple values for argument {name!r}")
        return Call(self.turn, (), {**by_place, **kwargs})

    def calls(self, method: Method, argnames: str | Sequence[str], argvalues: Any) -> list[Call]:
        """The calls that a method would make, one an element.

        Raises:
            TypeError: `argvalues` is not iterable.
            ValueError: An element has not one value for each name.
        """
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
        from wt_task.worker import at_work

        at_work()
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
