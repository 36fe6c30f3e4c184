"""The methods of a task that generated code may call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, Protocol, Self, TypeVar, runtime_checkable

from wt_contracts.executor import Executor
from wt_contracts.fan_out import FanOut
from wt_contracts.retry import RetryPolicy

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


@runtime_checkable
class TaskProtocol(Protocol[P, R_co]):
    """A function on its way to becoming a step: every method but those that call, or list calls, returns a new task."""

    def validate(self) -> Self:
        """Check arguments and the return value against the type hints, and convert them."""
        ...

    def set_task_instance_id(self, task_instance_id: str) -> Self:
        """Name the step."""
        ...

    def handle_errors(self) -> Self:
        """Say in every error which step it came from."""
        ...

    def with_tracing(self) -> Self:
        """Open a span around the step and each call, if tracing is configured."""
        ...

    def skipif(self, conditions: Sequence[Callable[..., bool]], unpack_depth: int = 1) -> Self:
        """Return a sentinel instead of calling when any condition holds for the arguments."""
        ...

    def set_executor(self, executor: str | Executor) -> Self:
        """Choose where the calls run."""
        ...

    def set_concurrency(self, limit: int) -> Self:
        """Choose how many of the calls run at once."""
        ...

    def retry(self, policy: RetryPolicy) -> Self:
        """Try failed calls again."""
        ...

    def timeout(self, seconds: float) -> Self:
        """Let a call fail that takes longer."""
        ...

    def skip_errors(self) -> Self:
        """Return a sentinel for a call that fails."""
        ...

    def on_error(self, handler: Callable[[Any], Any]) -> Self:
        """Let a handler stand in for a call that fails for good."""
        ...

    def cache(self) -> Self:
        """Give what an earlier call returned, if nothing has changed that decides it."""
        ...

    def round(self, number: int) -> Self:
        """Let a single call be one of the rounds of a loop, counted from 0."""
        ...

    def partial(self, **kwargs: Any) -> Self:
        """Bind arguments."""
        ...

    def call(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Call once."""
        ...

    def call_later(self) -> Callable[[], Any]:
        """The single call, for somebody else to make."""
        ...

    def map(self, argnames: str | Sequence[str], argvalues: Iterable[Any]) -> Any:
        """Call once an element; the results in the same order."""
        ...

    def mapvalues(self, argnames: str | Sequence[str], argvalues: Iterable[Any] | Mapping[Any, Any]) -> Any:
        """Call once a (key, value) pair; the results under the same keys."""
        ...

    def map_calls(self, argnames: str | Sequence[str], argvalues: Iterable[Any]) -> FanOut:
        """The calls of `map`, for somebody else to run side by side."""
        ...

    def mapvalues_calls(self, argnames: str | Sequence[str], argvalues: Iterable[Any] | Mapping[Any, Any]) -> FanOut:
        """The calls of `mapvalues`, for somebody else to run side by side."""
        ...
