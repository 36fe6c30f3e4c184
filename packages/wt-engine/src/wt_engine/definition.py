"""What a user has written down of a pipeline, before it is checked."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from wt_engine.control import Stop
from wt_engine.errors import DefinitionError, place_of
from wt_engine.events import NodeKind
from wt_engine.injection import Parameters
from wt_engine.retries import RetryPolicy
from wt_engine.share import Need

Step = Callable[..., Any]
Target = str | Step
Route = Target | Stop | type[Stop]


class BarrierType(StrEnum):
    """When a step with several parents starts: after all of them, or after the first."""

    ALL = "all"
    ANY = "any"


class Mode(Enum):
    """How a function is called: awaited, streamed, in a thread, in a process, by an executor, or in place."""

    AWAIT = "await"
    STREAM = "stream"
    THREAD = "thread"
    PROCESS = "process"
    SUBMIT = "submit"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the user's and what is known of it.

    Attributes:
        call: The function.
        mode: How to call it.
        parameters: What its parameters are to get.
        place: `file:line` of its definition.
    """

    call: Step
    mode: Mode
    parameters: Parameters
    place: str | None


@dataclass(slots=True)
class Draft:
    """A step as its decorator describes it; targets are still what the user wrote.

    Attributes:
        name: The step's name, unique in its pipe.
        kind: What it is.
        function: What it runs.
        to: What runs after it (not for a switch).
        each: The worker of a map.
        routes: Where a switch goes: by value, or a function from the value.
        default: Where a switch goes for any other value.
        pipeline: The pipe of a sub-pipeline.
        timeout: Seconds that an attempt may take.
        retries: When to try again.
        handler: What gets its failure.
        barrier_type: When it starts, if it has several parents.
        barrier_timeout: Seconds from the first parent's end to the last one's.
        max_concurrency: How many items of a map run at once.
        options: All other arguments of its decorator, as they were given; a middleware may want them.
        executor: Where it runs, if that is somebody else's executor.
        memory: What its process may take.
        need: What a call takes of what the calls of a run share.
        returns_data: Whether whatever it returns is data, so that no text and no control steers the run.
        keeps: Whether its value is wanted after the run, even if no step wants it.
    """

    name: str
    kind: NodeKind
    function: Function
    to: list[Target] = field(default_factory=list)
    each: Target | None = None
    routes: Mapping[Any, Route] | Step | None = None
    default: Route | None = None
    pipeline: Any = None
    timeout: float | None = None
    retries: RetryPolicy | None = None
    handler: Function | None = None
    barrier_type: BarrierType = BarrierType.ALL
    barrier_timeout: float | None = None
    max_concurrency: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    executor: Any = None
    memory: int | float | None = None
    need: Need | None = None
    returns_data: bool = False
    keeps: bool = False


def mode_of(function: Step) -> Mode:
    """How a function is to be called."""
    plain: Any = function
    while isinstance(plain, functools.partial):
        plain = plain.func
    if not inspect.isroutine(plain):
        plain = type(plain).__call__
    if inspect.isasyncgenfunction(plain):
        return Mode.STREAM
    return Mode.AWAIT if inspect.iscoroutinefunction(plain) else Mode.THREAD


def name_of(function: Target) -> str:
    """The name that a step gets from its function.

    Raises:
        DefinitionError: It is neither a name nor something that can be called.
    """
    if isinstance(function, str):
        return function
    if isinstance(function, functools.partial):
        return name_of(function.func)
    if not callable(function):
        raise DefinitionError(f"A step is named by a text or a function, not by {function!r}")
    return str(getattr(function, "__name__", None) or type(function).__name__)


def targets_of(name: str, to: Any, place: str | None) -> list[Target]:
    """The targets of `to=` as a list.

    Raises:
        DefinitionError: `to` is a dictionary, or nothing that names steps.
    """
    if to is None:
        return []
    if isinstance(to, Mapping):
        raise DefinitionError(
            f"Step '{name}' uses a dictionary for 'to='; only a switch chooses among targets", name, place
        )
    targets = list(to) if isinstance(to, list | tuple) else [to]
    for target in targets:
        if not isinstance(target, str) and not callable(target):
            raise DefinitionError(
                f"Step '{name}' has invalid 'to=' type: {type(target).__name__}; give names or functions", name, place
            )
    return targets


def describe_function(call: Step, parameters: Parameters) -> Function:
    """A function with all that is known of it."""
    return Function(call, mode_of(call), parameters, place_of(call))
