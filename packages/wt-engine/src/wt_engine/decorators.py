"""The decorators by which a user writes a pipeline down, and what else is added to it before it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from wt_engine.definition import BarrierType, Draft, Function, Route, Target, describe_function, name_of, targets_of
from wt_engine.description import HookSpec, hook_specs
from wt_engine.drafting import check_count, draft
from wt_engine.errors import DefinitionError, suggestion
from wt_engine.events import NodeKind
from wt_engine.injection import read_parameters
from wt_engine.middleware import Middleware
from wt_engine.observers import QUEUE, validate_observer
from wt_engine.publisher import EventHook

if TYPE_CHECKING:
    from wt_engine.pipe import Pipe

F = TypeVar("F", bound=Callable[..., Any])


class Decorators:
    """Collects the steps and hooks of a pipeline, in any order; they may name each other before they exist.

    Args:
        state_type: The type of the state, for injection by type.
        context_type: The type of the context, for injection by type.
        middleware: What stands around every step.
    """

    def __init__(
        self, state_type: type[Any] | None, context_type: type[Any] | None, middleware: Sequence[Middleware]
    ) -> None:
        self._types = (state_type, context_type)
        self._middleware: list[Middleware] = list(middleware)
        self._hooks: list[EventHook] = []
        self._observers: list[tuple[Any, int]] = []
        self._drafts: dict[str, Draft] = {}
        self._startup: list[Function] = []
        self._shutdown: list[Function] = []
        self._handler: Function | None = None

    def step(
        self,
        name: str | Callable[..., Any] | None = None,
        to: Target | list[Target] | None = None,
        barrier_timeout: float | None = None,
        barrier_type: BarrierType = BarrierType.ALL,
        on_error: Callable[..., Any] | None = None,
        **options: Any,
    ) -> Any:
        """Make a function a step; also bare, as `@pipe.step`.

        Args:
            name: The step's name; the function's without it.
            to: What runs after it: names or functions.
            barrier_timeout: Seconds that a join waits for its other parents once the first has ended.
            barrier_type: Whether a join waits for all parents or starts after the first.
            on_error: Gets the failure; what it returns is the step's result.
            **options: `timeout` in seconds; `retries`, a number or the attributes of `RetryPolicy`; `retry_wait_min`
                and `retry_wait_max` in seconds.

        Raises:
            DefinitionError: Something about it is wrong.
        """
        shared = {"barrier_timeout": barrier_timeout, "barrier_type": barrier_type, "on_error": on_error, **options}
        if callable(name):
            return self._register(NodeKind.STEP, None, to, shared, {})(name)
        return self._register(NodeKind.STEP, name, to, shared, {})

    def map(
        self,
        name: str | None = None,
        each: Target | None = None,
        to: Target | list[Target] | None = None,
        barrier_timeout: float | None = None,
        barrier_type: BarrierType = BarrierType.ALL,
        on_error: Callable[..., Any] | None = None,
        max_concurrency: int | None = None,
        **options: Any,
    ) -> Callable[[F], F]:
        """Make a function a map: each item that it returns, or yields, goes to the worker `each`.

        Args:
            name: As for `step`.
            each: The worker: a step with one parameter for the item.
            to: What runs once all items are done; a parameter of the map's or the worker's name gets the results.
            barrier_timeout: As for `step`.
            barrier_type: As for `step`.
            on_error: As for `step`; it also gets the failure of items.
            max_concurrency: How many items run at once.
            **options: As for `step`.

        Raises:
            DefinitionError: Something about it is wrong.
        """
        shared = {"barrier_timeout": barrier_timeout, "barrier_type": barrier_type, "on_error": on_error, **options}
        return self._register(NodeKind.MAP, name, to, shared, {"each": each, "max_concurrency": max_concurrency})

    def switch(
        self,
        name: str | None = None,
        to: Mapping[Any, Route] | Callable[[Any], Any] | None = None,
        default: Route | None = None,
        barrier_timeout: float | None = None,
        barrier_type: BarrierType = BarrierType.ALL,
        on_error: Callable[..., Any] | None = None,
        **options: Any,
    ) -> Callable[[F], F]:
        """Make a function a switch: what it returns says where to go.

        Args:
            name: As for `step`.
            to: The target of each value, or a function from the value to a target; a target may be `Stop`.
            default: The target of any other value.
            barrier_timeout: As for `step`.
            barrier_type: As for `step`.
            on_error: As for `step`; the run does not go on below a handled switch unless the handler names a step.
            **options: As for `step`.

        Raises:
            DefinitionError: Something about it is wrong.
        """
        shared = {"barrier_timeout": barrier_timeout, "barrier_type": barrier_type, "on_error": on_error, **options}
        return self._register(NodeKind.SWITCH, name, None, shared, {"routes": to, "default": default})

    def sub(
        self,
        name: str | None = None,
        pipeline: Pipe[Any, Any] | None = None,
        to: Target | list[Target] | None = None,
        barrier_timeout: float | None = None,
        barrier_type: BarrierType = BarrierType.ALL,
        on_error: Callable[..., Any] | None = None,
        **options: Any,
    ) -> Callable[[F], F]:
        """Make a function the start of a sub-pipeline: what it returns is that one's state.

        Args:
            name: As for `step`.
            pipeline: The pipe to run; it is cancelled with this one, and its failure fails this step.
            to: What runs after it.
            barrier_timeout: As for `step`.
            barrier_type: As for `step`.
            on_error: As for `step`.
            **options: As for `step`; the timeout is that of the function, not of the sub-pipeline.

        Raises:
            DefinitionError: Something about it is wrong.
        """
        shared = {"barrier_timeout": barrier_timeout, "barrier_type": barrier_type, "on_error": on_error, **options}
        return self._register(NodeKind.SUB, name, to, shared, {"pipeline": pipeline})

    def on_startup(self, function: F) -> F:
        """Run a function before the first step; several run in order, and the first that fails ends the run."""
        self._startup.append(self._function("startup", function, hook=True))
        return function

    def on_shutdown(self, function: F) -> F:
        """Run a function after the last step, whatever happened."""
        self._shutdown.append(self._function("shutdown", function, hook=True))
        return function

    def on_error(self, function: F) -> F:
        """Let a function handle every failure that no step's own handler takes; the last one counts."""
        self._handler = self._function("on_error", function, hook=True)
        return function

    def add_middleware(self, middleware: Middleware) -> None:
        """Put a function around the function of every step, outside those that are there."""
        self._check_open()
        self._middleware.append(middleware)

    def add_event_hook(self, hook: EventHook) -> None:
        """Let every event pass a function, which returns it or another one."""
        self._check_open()
        self._hooks.append(hook)

    def add_observer(self, observer: Any, queue_size: int = QUEUE) -> None:
        """Let somebody watch all runs.

        Args:
            observer: See `Observer`.
            queue_size: How many events it may fall behind before it misses some.

        Raises:
            TypeError: It lacks a method, or one is not `async def`.
        """
        self._check_open()
        validate_observer(observer)
        check_count("queue_size", queue_size, 1)
        self._observers.append((observer, queue_size))

    def hooks(self) -> list[HookSpec]:
        """What is known of each hook: those of the start, those of the end, the handler of failures."""
        handlers = [self._handler] if self._handler else []
        phases = (("startup", self._startup), ("shutdown", self._shutdown), ("on_error", handlers))
        return [spec for phase, functions in phases for spec in hook_specs(phase, functions)]

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """The steps as they were described, by name, in the order of their definition."""
        return self._drafts

    def _check_open(self) -> None:
        """Whether something may still be added; a front end refuses once its plan is made."""

    def _function(self, name: str, call: Callable[..., Any], *, hook: bool) -> Function:
        self._check_open()
        try:
            function = describe_function(call, read_parameters(call, *self._types))
        except (TypeError, ValueError) as error:
            raise DefinitionError(f"'{name}': {call!r} cannot be a step or a hook: {error}", name) from error
        if hook and function.parameters.unknown:
            names = ", ".join(function.parameters.unknown)
            near = suggestion(function.parameters.unknown[0], ["state", "context", "error", "step_name", "token"])
            raise DefinitionError(f"'{name}' has unrecognized parameters: {names}.{near}", name, function.place)
        return function

    def _register(
        self,
        kind: NodeKind,
        name: str | None,
        to: Any,
        shared: dict[str, Any],
        special: dict[str, Any],
    ) -> Callable[[F], F]:
        def decorate(call: F) -> F:
            own = name_of(call) if name is None else name
            function = self._function(own, call, hook=False)
            if not isinstance(own, str) or not own:
                raise DefinitionError(f"A step's name is a text, not {own!r}", str(own), function.place)
            if own in self._drafts:
                raise DefinitionError(f"Step '{own}' is already registered", own, function.place)
            handler = shared["on_error"]
            if handler is not None and not callable(handler):
                text = f"Step '{own}': on_error must be a function, not {handler!r}"
                raise DefinitionError(text, own, function.place)
            handling = self._function(f"{own}.on_error", handler, hook=True) if handler else None
            self._drafts[own] = draft(
                kind, own, function, targets_of(own, to, function.place), handling, shared | special
            )
            return call

        self._check_open()
        return decorate
