"""What stands around the functions of steps: each middleware gets a function and gives back another one."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from wt_engine.definition import Draft, Function, Mode, mode_of
from wt_engine.errors import DefinitionError, place_of

HAS_TENACITY = True
"""Whether `tenacity_retry_middleware` can do its work: tenacity is installed with the engine, which asks it too."""

_log = logging.getLogger("wt_engine")


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a middleware knows of the step whose function it gets.

    Attributes:
        name: The step.
        kwargs: The arguments of its decorator that the engine itself does not know, and those about retries.
        pipe_name: The pipeline.
        retries: What `retries=` says: a number, or the attributes of `RetryPolicy`.
    """

    name: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    pipe_name: str = "Pipe"
    retries: int | dict[str, Any] = 0


Middleware = Callable[[Callable[..., Any], StepContext], Callable[..., Any]]
"""Called once a step, when the plan is made; what it returns is called with the step's arguments, all by keyword."""


def wrapped(draft: Draft, middleware: Sequence[Middleware], pipe_name: str) -> Function:
    """The function of a step with every middleware around it, the last one outermost.

    Args:
        draft: The step.
        middleware: What to put around it.
        pipe_name: The pipeline.

    Raises:
        DefinitionError: A middleware gives back nothing that can be called.
    """
    function = draft.function
    context = StepContext(draft.name, draft.options, pipe_name, draft.options.get("retries") or 0)
    call, mode = function.call, function.mode
    if mode in (Mode.PROCESS, Mode.SUBMIT):
        from wt_engine.errand import Surrounded

        return replace(function, call=Surrounded(call, tuple(middleware), context)) if middleware else function
    for wrap in middleware:
        given: Any = wrap(call, context)
        call = given
        if not callable(given):
            text = f"Middleware '{_name(wrap)}' must return a function for step '{draft.name}', not {call!r}"
            raise DefinitionError(text, draft.name, place_of(wrap))
        # A plain function around a coroutine function hands its coroutine on: it is called as that one would be.
        mode = mode if mode_of(call) is Mode.THREAD else mode_of(call)
    return Function(call, mode, function.parameters, function.place)


def simple_logging_middleware(func: Callable[..., Any], context: StepContext) -> Callable[..., Any]:
    """Log the start, the duration and the failure of each call of a step, at INFO and ERROR."""
    name = f"{context.pipe_name}.{context.name}"

    async def logged(**arguments: Any) -> Any:
        with _Logged(name):
            return await func(**arguments)

    async def streamed(**arguments: Any) -> Any:
        with _Logged(name):
            async for value in func(**arguments):
                yield value

    def called(**arguments: Any) -> Any:
        with _Logged(name):
            return func(**arguments)

    return {Mode.AWAIT: logged, Mode.STREAM: streamed, Mode.THREAD: called}[mode_of(func)]


class _Logged:
    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._began = perf_counter()
        _log.info("Step '%s' starts", self._name)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        seconds = perf_counter() - self._began
        if error is None or kind is GeneratorExit:
            _log.info("Step '%s' ended after %.3f s", self._name, seconds)
        else:
            _log.error("Step '%s' failed after %.3f s: %r", self._name, seconds, error)


def tenacity_retry_middleware(func: Callable[..., Any], context: StepContext) -> Callable[..., Any]:
    """Let tenacity try a step again, within one invocation; a pipe that lists this leaves its `retries=` to it.

    Without it the engine's own retries do the same and show every attempt as events. The arguments `retry_wait_min`,
    `retry_wait_max` (seconds) and `retry_reraise` of the step's decorator are obeyed. Generators are not
    tried again.

    Warns:
        UserWarning: The step is a generator.
    """
    if not context.retries:
        return func
    if inspect.isasyncgenfunction(func):
        message = f"Step '{context.name}' is not tried again by tenacity: it is a generator"
        warnings.warn(message, UserWarning, stacklevel=2)
        return func
    import tenacity

    given = context.retries
    policy: dict[str, Any] = dict(given) if isinstance(given, dict) else {"retries": given}
    decorate = tenacity.retry(
        stop=tenacity.stop_after_attempt(int(policy["retries"]) + 1),
        wait=tenacity.wait_exponential(
            min=context.kwargs.get("retry_wait_min", policy.get("wait_min", 0.1)),
            max=context.kwargs.get("retry_wait_max", policy.get("wait_max", 10.0)),
        ),
        retry=tenacity.retry_if_exception_type(policy.get("on", Exception)),
        reraise=context.kwargs.get("retry_reraise", True),
    )
    repeated: Callable[..., Any] = decorate(func)
    return repeated


def leaves_retries(middleware: Sequence[Middleware], draft: Draft) -> bool:
    """Whether a middleware tries a step again, so that the engine must not."""
    return draft.function.mode is not Mode.STREAM and tenacity_retry_middleware in middleware


def _name(middleware: Middleware) -> str:
    return str(getattr(middleware, "__name__", type(middleware).__name__))
