"""What a runner executes: the graph of a pipeline, checked once and never changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from wt_engine.definition import BarrierType, Function, Mode
from wt_engine.events import NodeKind
from wt_engine.injection import Recipe
from wt_engine.retries import RetryPolicy
from wt_engine.share import Need

STOP = -1
"""Where a switch goes to stop the run, in the place of a step's index."""

NOWHERE = -2
"""Where a switch goes to end its branch, while the rest of the run goes on."""

Around = Callable[[Any, Any, Callable[[], Awaitable[Any]]], Awaitable[Any]]
Gather = Callable[[Any, Any, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Callee:
    """A function and how to call it."""

    call: Callable[..., Any]
    mode: Mode
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Node:
    """A step in its place; other steps are named by their index.

    Attributes:
        index: Its place in the plan.
        name: Its name.
        kind: What it is.
        callee: What it runs.
        successors: What runs after it; for a switch, all that it may choose.
        parents: What it may run after, and waits for.
        plain: An ordinary coroutine function that needs and limits nothing: nothing stands between the runner and it.
        keeps: Whether some step wants its value.
        each: The worker of a map.
        returns: The steps that come back to it, in a loop: they have it as a successor and wait for nobody there.
        team: For a fan-out over different steps: the worker of each item, in the place of `each`.
        routes: Where a switch goes by value, or the function that says so.
        default: Where a switch goes for any other value.
        pipeline: The pipe of a sub-pipeline.
        timeout: Seconds that an attempt may take.
        retries: When to try again.
        handler: What gets its failure.
        barrier_type: When it starts, if it has several parents.
        barrier_timeout: Seconds from the first parent's end to the last one's.
        max_concurrency: How many items of a map run at once.
        executor: Where it runs, if that is somebody else's executor.
        memory: What its process may take: bytes, or a fraction of the free memory.
        need: What a call takes of what the calls of the run share.
        returns_data: Whether whatever it returns is data, never control.
        place: `file:line` of its function.
        merges: Whether its value is a mapping of all that it changed in the state, which is a mapping too, or it
            changes nothing: then nobody has to look for changes.
        around: Stands around every call of its function: gets the run, the call, and what calls the function.
        gather: Makes its value of what the workers of a map, or a sub-pipeline, have left: gets the run, the call and
            their results, or the sub-pipeline's state.
    """

    index: int
    name: str
    kind: NodeKind
    callee: Callee
    successors: tuple[int, ...]
    parents: tuple[int, ...]
    plain: bool
    keeps: bool
    each: int | None = None
    routes: dict[Any, int] | Callable[[Any], Any] | None = None
    default: int | None = None
    pipeline: Any = None
    timeout: float | None = None
    retries: RetryPolicy | None = None
    handler: Callee | None = None
    barrier_type: BarrierType = BarrierType.ALL
    barrier_timeout: float | None = None
    max_concurrency: int | None = None
    executor: Any = None
    memory: int | float | None = None
    need: Need | None = None
    returns_data: bool = False
    place: str | None = None
    returns: frozenset[int] = frozenset()
    team: tuple[int, ...] = ()
    merges: bool = False
    around: Around | None = None
    gather: Gather | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A pipeline that was found to be right; any number of runs may share it.

    Attributes:
        name: The pipeline's name.
        nodes: All steps, in the order of their definition.
        index: The place of each step by its name.
        roots: The steps that nothing targets.
        startup: What runs before the first step.
        shutdown: What runs after the last one, whatever happened.
        handler: What gets the failures that no step's own handler takes.
    """

    name: str
    nodes: tuple[Node, ...]
    index: dict[str, int]
    roots: tuple[int, ...]
    startup: tuple[Callee, ...] = ()
    shutdown: tuple[Callee, ...] = ()
    handler: Callee | None = field(default=None)


def hook_callee(function: Function) -> Callee:
    """A hook or a handler, whose parameters need no graph."""
    return Callee(function.call, function.mode, Recipe(function.parameters.sources))
