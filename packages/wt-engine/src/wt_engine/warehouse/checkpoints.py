"""Named states of a run that are saved when an expression begins to hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wt_engine.call import Call
from wt_engine.events import EventType
from wt_engine.expressions import Expression, ExpressionError
from wt_engine.warehouse.blocks import holds
from wt_engine.warehouse.nesting import Child
from wt_engine.warehouse.view import Changes, joined

if TYPE_CHECKING:
    from wt_engine.run import Run


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state to save, once a run, after the first step at whose end its expression holds.

    Attributes:
        name: What it is called.
        test: When it is reached. As long as a name of an expression is not in the warehouse, it is not asked.
        steps: What runs then, before the run goes on: something with a plan, or None.
    """

    name: str
    test: Expression | Callable[[Any], Any]
    steps: Any = None


async def reach(run: Run, call: Call, checkpoints: Sequence[Checkpoint]) -> Changes:
    """Save the checkpoints that are reached now, and run their steps.

    Returns:
        What those changed in the warehouse, where it is merged already.

    Raises:
        ExpressionError: An expression cannot be evaluated.
        Exception: What one of their steps raised.
    """
    reached: set[str] = run.state.reached
    changed = Changes({})
    for checkpoint in checkpoints:
        if checkpoint.name in reached or _waits(checkpoint, run.state):
            continue
        try:
            if not holds(checkpoint.test, run.state):
                continue
        except ExpressionError as error:
            text = f"checkpoint '{checkpoint.name}': {error.reason}"
            raise ExpressionError(text, error.expression, error.column) from error
        reached.add(checkpoint.name)
        about: dict[str, Any] = {"type": "checkpoint", "name": checkpoint.name}
        if run.recorder is None:
            about["state"] = run.state.plain()
        else:
            run.recorder.checkpoint(checkpoint.name, call.node.name, run.state.plain())
        await run.publisher.say(EventType.NOTE, call.node.name, about, call)
        if checkpoint.steps is not None:
            child = Child(run.state, isolated=False, iteration=run.state.iteration)
            await run.sub(call, checkpoint.steps, child)
            left = child.left()
            run.state.absorb(left)
            changed = joined(changed, left)
    return changed


async def tell_of_unreached(checkpoints: Sequence[Checkpoint], run: Run) -> None:
    """Note the checkpoints that were never asked, because a name in their expression never came."""
    for checkpoint in checkpoints:
        if run.ending is not None or run.journal.failures or not _waits(checkpoint, run.state):
            continue
        try:
            holds(checkpoint.test, run.state)
        except ExpressionError as error:
            about = {"type": "checkpoint_error", "name": checkpoint.name, "error": str(error)}
            await run.publisher.say(EventType.NOTE, "system", about)


def _waits(checkpoint: Checkpoint, state: dict[str, Any]) -> bool:
    return isinstance(checkpoint.test, Expression) and not checkpoint.test.names <= state.keys()
