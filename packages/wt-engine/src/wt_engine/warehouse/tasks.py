"""A step of the list: the forms in which it may be given, and what its decorator says about it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wt_engine.definition import Mode, mode_of, name_of
from wt_engine.errors import DefinitionError, place_of
from wt_engine.retries import RetryPolicy, policy
from wt_engine.warehouse.blocks import Background, Condition, For, Parallel

SETTINGS = "__wt_step__"
"""Where `@step` leaves what it says, on the function or class."""

Exceptions = type[BaseException] | tuple[type[BaseException], ...]


@dataclass(frozen=True, slots=True)
class StepSettings:
    """What is said about a step, by its decorator or where it is added; None leaves it to the pipeline.

    Attributes:
        name: Its name.
        version: Its version, for the record.
        timeout: Seconds that an attempt may take.
        depends_on: The steps of the same list that it waits for, instead of those before it.
        retry_count: How often to try again; 0 for never, whatever the pipeline says.
        retry_delay: Seconds between attempts.
        retry_on_exceptions: What to try again after.
        parallel: Whether it may run at the same time as its neighbours that say the same.
        description: What it is for.
        tags: How to find it.
    """

    name: str | None = None
    version: str = "v1.0"
    timeout: float | None = None
    depends_on: tuple[str, ...] | None = None
    retry_count: int | None = None
    retry_delay: float | None = None
    retry_on_exceptions: tuple[type[BaseException], ...] | None = None
    parallel: bool = False
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A step that calls a function.

    Attributes:
        name: Its name.
        function: What it calls.
        settings: What is said about it.
        metadata: What else is said about it.
        place: `file:line` of its function.
    """

    name: str
    function: Callable[..., Any]
    settings: StepSettings
    metadata: Mapping[str, Any] = field(default_factory=dict)
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Nested:
    """A pipeline as a step.

    Attributes:
        name: Its name here.
        pipeline: The pipeline.
        depends_on: As of `StepSettings`.
    """

    name: str
    pipeline: Any
    depends_on: tuple[str, ...] | None = None


Block = Task | Nested | Condition | For | Parallel | Background


VETO = "__wt_veto__"
"""Marks an exception that a pre hook has raised."""


@dataclass(frozen=True, slots=True)
class Retries(RetryPolicy):
    """Retries of a pipeline's step: not after a hook has vetoed it."""

    def again(self, attempt: int, error: BaseException) -> bool:
        """Whether another attempt follows this failed one (counted from 1)."""
        return not getattr(error, VETO, False) and super(Retries, self).again(attempt, error)


def read_block(entry: Any) -> Block:
    """What an entry of a list of steps is.

    Args:
        entry: A function or an object that can be called; a class of those, decorated or not; a tuple of one of these,
            a name, and possibly a version and a mapping of metadata; a pipeline; a block.

    Raises:
        DefinitionError: It is none of these.
    """
    if isinstance(entry, Task | Nested | Condition | For | Parallel | Background):
        return entry
    if isinstance(entry, tuple):
        return _read_tuple(entry)
    if hasattr(entry, "prepared"):
        return Nested(str(entry.name), entry)
    return make_task(entry, StepSettings())


def _read_tuple(entry: tuple[Any, ...]) -> Block:
    form = "a step is a function, or (function, name[, version[, metadata]])"
    if not 2 <= len(entry) <= 4 or not isinstance(entry[1], str):
        raise DefinitionError(f"{form}, not {entry!r}")
    thing, name = entry[:2]
    version = entry[2] if len(entry) > 2 else None
    metadata = entry[3] if len(entry) > 3 else {}
    if (version is not None and not isinstance(version, str)) or not isinstance(metadata, Mapping):
        raise DefinitionError(f"{form}, not {entry!r}")
    if hasattr(thing, "prepared"):
        return Nested(name, thing)
    given = StepSettings(name=name) if version is None else StepSettings(name=name, version=version)
    return make_task(thing, given, metadata, version_given=version is not None)


def make_task(
    thing: Any, given: StepSettings, metadata: Mapping[str, Any] | None = None, *, version_given: bool = False
) -> Task:
    """A task of a function or a class.

    Args:
        thing: The function, the object that can be called, or its class, which is then called without arguments.
        given: What is said about it here; what is None or empty is taken from its decorator.
        metadata: What else is said about it.
        version_given: Whether the version in `given` counts above that of the decorator.

    Raises:
        DefinitionError: It cannot be called, or is a generator.
    """
    decorated: StepSettings | None = getattr(thing, SETTINGS, None)
    place = place_of_thing(thing)
    function = _instance(thing, place)
    settings = given if decorated is None else _joined(given, decorated, version_given=version_given)
    name = settings.name or str(getattr(thing, "NAME", None) or name_of(thing))
    check_settings(name, settings, place)
    if mode_of(function) is Mode.STREAM or inspect.isgeneratorfunction(function):
        raise DefinitionError(f"Step '{name}' is a generator; a step of a Pipeline returns a mapping", name, place)
    return Task(name, function, settings, dict(metadata or {}), place)


def _joined(given: StepSettings, decorated: StepSettings, *, version_given: bool) -> StepSettings:
    names = ("name", "timeout", "depends_on", "retry_count", "retry_delay", "retry_on_exceptions")
    changes: dict[str, Any] = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    if version_given:
        changes["version"] = given.version
    return replace(decorated, **changes)


def _instance(thing: Any, place: str | None) -> Callable[..., Any]:
    if inspect.isclass(thing):
        if "__call__" not in {name for kind in thing.__mro__ for name in vars(kind)}:
            raise DefinitionError(f"Step class {thing.__name__} needs a method __call__", thing.__name__, place)
        try:
            thing = thing()
        except TypeError as error:
            text = f"Step class {thing.__name__} cannot be made without arguments ({error}); give an instance"
            raise DefinitionError(text, thing.__name__, place) from error
    if not callable(thing):
        raise DefinitionError(
            f"a step is a function, (function, name[, version[, metadata]]), a Pipeline, Condition, For, Parallel or "
            f"Background, not {thing!r}"
        )
    function: Callable[..., Any] = thing
    return function


def place_of_thing(thing: Any) -> str | None:
    """`file:line` of a function, or of the `__call__` of a class or an object."""
    if inspect.isroutine(thing) or hasattr(thing, "func"):
        return place_of(thing)
    kind = thing if inspect.isclass(thing) else type(thing)
    method = getattr(kind, "__call__", None)  # noqa: B004 - the method itself, for its place
    return place_of(method) if inspect.isfunction(method) else None


def check_settings(name: str, settings: StepSettings, place: str | None) -> None:
    """Check what is said about a step.

    Raises:
        DefinitionError: A number or a type is wrong.
    """

    def number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    mistake = None
    if settings.timeout is not None and not (number(settings.timeout) and settings.timeout > 0):
        mistake = f"timeout must be seconds above 0, not {settings.timeout!r}"
    elif settings.retry_count is not None and not (type(settings.retry_count) is int and settings.retry_count >= 0):
        mistake = f"retry_count must be a whole number from 0, not {settings.retry_count!r}"
    elif settings.retry_delay is not None and not (number(settings.retry_delay) and settings.retry_delay >= 0):
        mistake = f"retry_delay must be seconds from 0, not {settings.retry_delay!r}"
    if mistake:
        raise DefinitionError(f"Step '{name}': {mistake}", name, place)


def names(value: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Names as a tuple: a single one may stand alone."""
    return value if value is None else (value,) if isinstance(value, str) else tuple(value)


def exceptions(value: Exceptions | Sequence[type[BaseException]] | None) -> tuple[type[BaseException], ...] | None:
    """Classes of exceptions as a tuple.

    Raises:
        DefinitionError: Something else is among them.
    """
    if value is None:
        return None
    found = (value,) if isinstance(value, type) else tuple(value)
    for kind in found:
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise DefinitionError(f"retry_on_exceptions must be classes of exceptions, not {kind!r}")
    return found


def retries_of(settings: StepSettings, defaults: StepSettings) -> RetryPolicy | None:
    """When a step is tried again: what it says itself, else what its pipeline says."""
    count = defaults.retry_count if settings.retry_count is None else settings.retry_count
    delay = defaults.retry_delay if settings.retry_delay is None else settings.retry_delay
    on = settings.retry_on_exceptions or defaults.retry_on_exceptions or (Exception,)
    found = policy({"retries": count or 0, "on": on, "jitter": False}, delay, delay)
    return None if found is None else Retries(found.retries, found.wait_min, found.wait_max, found.on, jitter=False)
