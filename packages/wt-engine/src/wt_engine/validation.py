"""Whether a graph can run: entry points, cycles, joins, workers. Iterative, so that depth does not matter."""

from __future__ import annotations

import dataclasses
import warnings
from collections import deque
from collections.abc import Iterable
from typing import Any

from wt_engine.assembly import Assembly
from wt_engine.definition import BarrierType, Draft
from wt_engine.errors import DefinitionError, PipelineValidationWarning, suggestion
from wt_engine.events import NodeKind


def check_graph(assembly: Assembly, *, start: str | None, strict: bool, allow_multi_root: bool) -> None:
    """Check a graph that is not empty.

    Args:
        assembly: The graph.
        start: The step to start with instead of the roots.
        strict: Whether several roots, or a join that the start cannot satisfy, are errors or only warnings.
        allow_multi_root: Whether several roots are right.

    Raises:
        DefinitionError: The graph cannot run.
    """
    _check_workers(assembly)
    roots = assembly.roots
    if not roots:
        first = assembly.drafts[_cycle(assembly)[0]]
        text = f"Pipeline has no entry points found: every step is a target.{_cycle_text(assembly)}"
        raise DefinitionError(text, first.name, first.function.place)
    _check_acyclic(assembly)
    if start is not None:
        _check_start(assembly, start, strict=strict)
    elif len(roots) > 1 and not allow_multi_root:
        names = ", ".join(assembly.drafts[root].name for root in roots)
        second = assembly.drafts[roots[1]]
        message = (
            f"Multiple root steps detected: {names}. Connect them, choose one with run(start=...), "
            f"or allow them with Pipe(allow_multi_root=True)"
        )
        _object(message, second.name, second.function.place, strict=strict)


def _object(message: str, step: str, place: str | None, *, strict: bool) -> None:
    if strict:
        raise DefinitionError(message, step, place)
    warnings.warn(message, PipelineValidationWarning, stacklevel=5)


def _check_workers(assembly: Assembly) -> None:
    for worker in assembly.workers:
        draft = assembly.drafts[worker]
        if assembly.edges[worker]:
            raise DefinitionError(
                f"Step '{draft.name}' is the worker of a map and has targets of its own: they would run once an item. "
                f"Give 'to=' to the map, which goes on when all items are done",
                draft.name,
                draft.function.place,
            )


def _remaining(assembly: Assembly) -> set[int]:
    """The steps that are left when those without open parents are taken away, again and again (Kahn 1962)."""
    count = [0] * len(assembly.drafts)
    for place in range(len(count)):
        for child in assembly.children(place):
            count[child] += 1
    free = deque(place for place, parents in enumerate(count) if not parents)
    left = set(range(len(count)))
    while free:
        place = free.popleft()
        left.discard(place)
        for child in assembly.children(place):
            count[child] -= 1
            if not count[child]:
                free.append(child)
    return left


def _cycle(assembly: Assembly) -> list[int]:
    left = _remaining(assembly)
    if not left:
        return []
    above = {child: place for place in left for child in assembly.children(place) if child in left}
    place = next(iter(sorted(above)))
    seen: dict[int, int] = {}
    path: list[int] = []
    while place not in seen:
        seen[place] = len(path)
        path.append(place)
        place = above[place]
    return [*path[seen[place] :], place][::-1]


def _cycle_text(assembly: Assembly) -> str:
    path = _cycle(assembly)
    return f" Circular dependency: {' -> '.join(assembly.drafts[place].name for place in path)}" if path else ""


def _check_acyclic(assembly: Assembly) -> None:
    text = _cycle_text(assembly)
    if text:
        first = assembly.drafts[_cycle(assembly)[0]]
        raise DefinitionError(
            f"Pipeline has a cycle.{text}. To loop, return the name of the step to go back to",
            first.name,
            first.function.place,
        )


def _reachable(assembly: Assembly, starts: Iterable[int]) -> set[int]:
    seen = set(starts)
    todo = list(seen)
    while todo:
        for child in assembly.children(todo.pop()):
            if child not in seen:
                seen.add(child)
                todo.append(child)
    return seen


def _check_start(assembly: Assembly, start: str, *, strict: bool) -> None:
    if start not in assembly.index:
        raise DefinitionError(f"run(start=...) references unknown step '{start}'.{suggestion(start, assembly.index)}")
    first = assembly.index[start]
    reachable = _reachable(assembly, [first])
    for place in sorted(reachable - {first}):
        draft = assembly.drafts[place]
        missing = [parent for parent in assembly.parents[place] if parent not in reachable]
        if missing and draft.barrier_type is BarrierType.ALL:
            names = ", ".join(assembly.drafts[parent].name for parent in missing)
            message = (
                f"Step '{draft.name}' requires ALL parents, but a start at '{start}' cannot reach parent(s): {names}"
            )
            _object(message, draft.name, draft.function.place, strict=strict)


def warn_of_shared_state(drafts: Iterable[Draft], state_type: Any) -> None:
    """Warn when the items of a map may write to one mutable state at the same time."""
    maps = [draft for draft in drafts if draft.kind is NodeKind.MAP]
    if not maps or not isinstance(state_type, type) or not dataclasses.is_dataclass(state_type):
        return
    shape: Any = state_type
    if not shape.__dataclass_params__.frozen:
        warnings.warn(
            f"The items of map '{maps[0].name}' share a mutable state of type {state_type.__name__}: "
            f"return their results instead of writing them there",
            PipelineValidationWarning,
            stacklevel=4,
        )
