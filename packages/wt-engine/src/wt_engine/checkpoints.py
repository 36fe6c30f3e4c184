"""Checkpoints of a workflow: what all steps up to a place have returned, kept by a name; and runs that begin there."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wt_engine.control import Value
from wt_engine.definition import Mode
from wt_engine.events import NodeKind
from wt_engine.injection import MISSING, Occasion, Parameters, Recipe, Surroundings
from wt_engine.plan import Callee, Node, Plan

if TYPE_CHECKING:
    from wt_engine.recorder import Recorder

CHECKPOINT: Final = "/checkpoint"
"""How the name of a step ends that keeps a checkpoint after another one."""

_RECORDER: Final = ".recorder"
_VALUES: Final = ".values"
"""The arguments that get what writes the checkpoint, and what it holds; no step has such a name."""


class Given(NamedTuple):
    """What a map or a loop returns whose calls are not made: its value is known."""

    value: Any


def keeping(name: str, step: str, places: Mapping[str, int], reached: Callable[..., Any]) -> Callable[..., bool]:
    """The function of a step that keeps a checkpoint.

    Args:
        name: What the checkpoint is called.
        step: After which step.
        places: The steps whose values it holds, and their places in the plan.
        reached: Says whether it is kept; gets the values that its parameters name.

    Returns:
        A function that says whether the run has come to the checkpoint. It is written if the run is recorded.
    """

    def keep(**arguments: Any) -> bool:
        recorder: Recorder | None = arguments.pop(_RECORDER)
        values: Mapping[int, Any] = arguments.pop(_VALUES)
        if not reached(**arguments):
            return False
        if recorder is not None:
            encode = recorder.codec.encode
            recorder.checkpoint(name, step, {each: encode(values[at]) for each, at in places.items() if at in values})
        return True

    return keep


def seeing(parameters: Parameters) -> Parameters:
    """The parameters of such a function, which gets at all values of its run."""
    sources = ((_RECORDER, _recorder_source), (_VALUES, _values_source))
    return Parameters((*parameters.sources, *sources), (), ())


def _recorder_source(run: Surroundings, _: Occasion) -> Any:
    return run.recorder


def _values_source(run: Surroundings, _: Occasion) -> Any:
    return run.values


def with_values(plan: Plan, values: Mapping[str, Any]) -> Plan:
    """A plan in which some steps do not run: what they return is known.

    Args:
        plan: The plan.
        values: What is known, by the name of the step.
    """
    return replace(plan, nodes=tuple(_given(node, values.get(node.name, MISSING)) for node in plan.nodes))


def _given(node: Node, value: Any) -> Node:
    if value is MISSING:
        return node
    content = Given(value) if node.kind is NodeKind.MAP else value if node.returns_data else Value(value)
    callee = Callee(functools.partial(_hand_over, content), Mode.INLINE, Recipe(()))
    return replace(node, callee=callee, plain=False, timeout=None, retries=None, handler=None, executor=None, need=None)


def _hand_over(content: Any) -> Any:
    return content
