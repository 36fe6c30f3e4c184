"""What a function's parameters get: decided once, when the plan is made."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from wt_engine.cancellation import CancellationToken

if TYPE_CHECKING:
    from wt_engine.snapshot import Secrets

_STATE = frozenset({"s", "state"})
_CONTEXT = frozenset({"c", "ctx", "context"})
_ERROR = frozenset({"e", "error", "exception"})
_STEP = frozenset({"step_name", "stage"})
_TOKEN = frozenset({"cancel", "token", "cancellation_token"})

MISSING: Any = object()
"""Stands for a value that there is none of."""


class Surroundings(Protocol):
    """What a run offers to its steps."""

    @property
    def state(self) -> Any:
        """The shared state."""

    @property
    def context(self) -> Any:
        """What the run was given beside the state."""

    @property
    def token(self) -> CancellationToken:
        """The run's own token."""

    @property
    def answer(self) -> Any:
        """What a suspended step waited for, or `MISSING`."""

    @property
    def secrets(self) -> Secrets:
        """What must not be shown."""

    @property
    def values(self) -> dict[int, Any]:
        """What steps have returned, by their place in the plan."""

    @property
    def recorder(self) -> Any:
        """What records the run; None if nothing does."""


class Occasion(Protocol):
    """What one call offers to its function beside the run."""

    @property
    def item(self) -> Any:
        """The item of a map."""

    @property
    def error(self) -> BaseException | None:
        """What went wrong, for the functions that handle it."""

    @property
    def step_name(self) -> str:
        """Which step it is."""


Source = Callable[[Surroundings, Occasion], Any]


def _state(run: Surroundings, _: Occasion) -> Any:
    return run.state


def context_source(run: Surroundings, _: Occasion) -> Any:
    """What the run was given beside the state."""
    return run.context


def _token(run: Surroundings, _: Occasion) -> Any:
    return run.token


def error_source(_: Surroundings, call: Occasion) -> Any:
    """What a handler handles."""
    return call.error


def step_name_source(_: Surroundings, call: Occasion) -> Any:
    """Which step it is."""
    return call.step_name


def item_source(_: Surroundings, call: Occasion) -> Any:
    """The item of the map that a call works on."""
    return call.item


def answer_source(run: Surroundings, _: Occasion) -> Any:
    """What a suspended run was resumed with; `MISSING` as long as it was not."""
    return run.answer


def secrets_source(run: Surroundings, _: Occasion) -> Secrets:
    """What the run must not show."""
    return run.secrets


def answer_or_none(run: Surroundings, _: Occasion) -> Any:
    """The same for a parameter without a default: None as long as there is none."""
    return None if run.answer is MISSING else run.answer


def value_source(index: int) -> Source:
    """What the step at this place of the plan returned last, or `MISSING`."""

    def value(run: Surroundings, _: Occasion) -> Any:
        return run.values.get(index, MISSING)

    return value


class InjectionSource(StrEnum):
    """Where a parameter gets its argument from; `UNKNOWN` is the item of a map."""

    STATE = "state"
    CONTEXT = "context"
    ERROR = "error"
    STEP_NAME = "step_name"
    CANCEL = "cancel"
    VALUE = "value"
    UNKNOWN = "unknown"


_NAMED: dict[Source, InjectionSource] = {
    _state: InjectionSource.STATE,
    context_source: InjectionSource.CONTEXT,
    error_source: InjectionSource.ERROR,
    step_name_source: InjectionSource.STEP_NAME,
    _token: InjectionSource.CANCEL,
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is known of a function's parameters before the graph is.

    Attributes:
        sources: The parameters that the run or the call itself provides.
        unknown: Those without a default that it does not: the values of steps, or the item of a map.
        optional: Those with a default, which get the value of a step of that name if there is one.
    """

    sources: tuple[tuple[str, Source], ...]
    unknown: tuple[str, ...]
    optional: tuple[str, ...]

    def named(self, steps: Container[str] = ()) -> dict[str, InjectionSource]:
        """Where each parameter gets its argument from.

        Args:
            steps: The names of the steps whose values there are.
        """
        found = {name: _NAMED[source] for name, source in self.sources}
        for name in self.unknown:
            found[name] = InjectionSource.VALUE if name in steps else InjectionSource.UNKNOWN
        found.update({name: InjectionSource.VALUE for name in self.optional if name in steps})
        return found

    @property
    def token_arguments(self) -> tuple[str, ...]:
        """The names of the parameters that get the token."""
        return tuple(name for name, source in self.sources if source is _token)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to call a function.

    Attributes:
        sources: Where each argument comes from.
        required: The arguments that must have a value.
    """

    sources: tuple[tuple[str, Source], ...]
    required: frozenset[str] = frozenset()

    def arguments(self, run: Surroundings, call: Occasion) -> dict[str, Any]:
        """The keyword arguments of one call.

        Raises:
            TypeError: A parameter wants the value of a step that has given none, or an item outside a map.
        """
        arguments: dict[str, Any] = {}
        for name, source in self.sources:
            value = source(run, call)
            if value is not MISSING:
                arguments[name] = value
            elif name in self.required:
                raise TypeError(f"step '{call.step_name}' wants '{name}', but there is no value of that name (yet)")
        return arguments

    @property
    def wants_answer(self) -> bool:
        """Whether some argument gets the answer that a suspended run was resumed with."""
        return any(source in (answer_source, answer_or_none) for _, source in self.sources)

    @property
    def state_arguments(self) -> tuple[str, ...]:
        """The names of the arguments that get the state."""
        return tuple(name for name, source in self.sources if source is _state)


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    target = function if inspect.isroutine(function) else getattr(function, "func", type(function).__call__)
    try:
        return typing.get_type_hints(target)
    except (NameError, TypeError, AttributeError, SyntaxError):
        # An annotation that cannot be read here (a name of another scope) leaves the parameter's own name to go by.
        return {}


def _offers(annotation: Any, offered: Any) -> bool:
    if offered is None or offered is type(None) or annotation in (object, Any, inspect.Parameter.empty):
        return False
    if annotation == offered:
        return True
    plain = typing.get_origin(offered) or offered
    return isinstance(annotation, type) and isinstance(plain, type) and issubclass(plain, annotation)


def _source(name: str, annotation: Any, state_type: Any, context_type: Any) -> Source | None:
    by_type: tuple[tuple[Any, Source], ...] = ((state_type, _state), (context_type, context_source))
    for offered, source in by_type:
        if _offers(annotation, offered):
            return source
    if isinstance(annotation, type):
        if issubclass(annotation, CancellationToken):
            return _token
        if issubclass(annotation, BaseException):
            return error_source
    names = (
        (_STATE, _state),
        (_CONTEXT, context_source),
        (_ERROR, error_source),
        (_STEP, step_name_source),
        (_TOKEN, _token),
    )
    return next((source for known, source in names if name in known), None)


def read_parameters(function: Callable[..., Any], state_type: Any, context_type: Any) -> Parameters:
    """What a function's parameters are to get: by type first, then by name.

    Args:
        function: The function of a step, a hook or a handler.
        state_type: The type of the pipe's state, or None.
        context_type: The type of the pipe's context, or None.
    """
    sources: list[tuple[str, Source]] = []
    unknown: list[str] = []
    optional: list[str] = []
    hints = _annotations(function)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is not parameter.empty:
            optional.append(name)
            continue
        source = _source(name, hints.get(name, parameter.empty), state_type, context_type)
        if source is None:
            unknown.append(name)
        else:
            sources.append((name, source))
    return Parameters(tuple(sources), tuple(unknown), tuple(optional))
