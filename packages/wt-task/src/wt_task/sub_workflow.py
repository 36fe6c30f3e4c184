"""A compiled workflow as a part of another one: what it is told, and how it is called as a task is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wt_task.errors import TaskInstanceError
from wt_task.events import unobserved
from wt_task.hints import is_async

__all__ = ["inputs", "skips", "sub_workflow"]


def inputs(given: Mapping[str, Any], bound: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a sub-workflow.

    Args:
        given: What the parameters of the run hold for it. Not changed.
        bound: What the workflow around it binds, by the place in these parameters: `step.argument`.

    Returns:
        Both of them, as a file of parameters holds them.
    """
    found = dict(given)
    for place, value in bound.items():
        *keys, name = place.split(".")
        inner = found
        for key in keys:
            inner[key] = dict(inner.get(key, {}))
            inner = inner[key]
        inner[name] = value
    return found


def skips(step: str, conditions: Sequence[Callable[..., Any]], bound: Sequence[Any], *, unpack_depth: int) -> bool:
    """Whether a sub-workflow is skipped.

    Args:
        step: The name of the step that it is.
        conditions: As for `wt_task.task(…).skipif`.
        bound: What the workflow around it binds, which the conditions get.
        unpack_depth: How many levels of lists and tuples of that are flattened first.

    Raises:
        TaskInstanceError: What a condition raises.
    """
    from wt_task.conditions import unpacked

    values = list(unpacked(bound, unpack_depth))
    try:
        return any(bool(condition(*values)) for condition in conditions)
    except Exception as error:
        raise TaskInstanceError(step, error) from error


def sub_workflow(main: Callable[[dict[str, Any]], Any], given: Mapping[str, Any]) -> Callable[..., Any]:
    """A workflow as a function of what is bound, for `task`; its steps are told of as one.

    Args:
        main: Runs the workflow.
        given: What the parameters of the run hold for it.

    Returns:
        A function that takes what is bound by its place, as `inputs` does; a coroutine function if `main` is one.
    """
    if is_async(main):

        async def run_async(**bound: Any) -> Any:
            with unobserved():
                return await main(inputs(given, bound))

        return run_async

    def run(**bound: Any) -> Any:
        with unobserved():
            return main(inputs(given, bound))

    return run
