"""What the nodes of a warehouse's plan call, and where they get their arguments from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wt_engine.call import Call
from wt_engine.injection import MISSING
from wt_engine.run import Run
from wt_engine.warehouse.blocks import For, holds
from wt_engine.warehouse.checkpoints import reach
from wt_engine.warehouse.merging import MergePolicy, merge_team
from wt_engine.warehouse.nesting import Child
from wt_engine.warehouse.surroundings import Surroundings, merged
from wt_engine.warehouse.view import Changes, View, joined, private


@dataclass(frozen=True, slots=True)
class GoOn:
    """Where a loop goes: to its first step as long as there is a next round.

    Attributes:
        first: The name of that step.
    """

    first: str

    def __call__(self, number: int | None) -> str | None:
        """The step for a round; None when there is no further one."""
        return None if number is None else self.first


def the_state(run: Any, _: Any) -> Any:
    """The warehouse of the run."""
    return run.state


def the_run(run: Any, _: Any) -> Any:
    """The run itself."""
    return run


def the_token(run: Any, _: Any) -> Any:
    """The token of the run."""
    return run.token


def outer_iteration(run: Any, _: Any) -> Any:
    """The round of the loop above the whole pipeline, or `MISSING`."""
    return run.state.iteration


def view_for(thread: bool, shared: bool, run: Any, call: Any) -> View:
    """What a step works on: the warehouse itself, or a view of its own where others may see it at work."""
    if shared or (thread and (run.limited or call.node.timeout is not None)):
        return View(run.state, isolated=True)
    state: View = run.state
    return state


def fork(run: Any, call: Any) -> View:
    """What a parallel step works on."""
    return View(fork_elsewhere(run, call), isolated=True)


def fork_elsewhere(run: Any, call: Any) -> dict[str, Any]:
    """The same for a step in another process, which makes its view there."""
    values: dict[str, Any] = run.state.plain()
    if type(call.item) is Changes:
        # What a hook has written before the step.
        values.update(call.item)
        for key in call.item.removed:
            values.pop(key, None)
    return values


def snapshot(run: Any, _: Any) -> dict[str, Any]:
    """What a step in the background works on: a copy that nobody else touches."""
    return {key: private(value) for key, value in run.state.plain().items()}


async def do_nothing() -> None:
    """Do nothing: the step is a place where ways part or meet."""


async def ask(test: Any, state: Mapping[str, Any]) -> bool:
    """Which side of a condition to take."""
    return holds(test, state)


async def next_round(block: For, state: Mapping[str, Any], last: int | None = None) -> int | None:
    """The number of a loop's next round; None if there is no further one."""
    number = 0 if last is None else last + 1
    if block.iterations is not None and number >= block.iterations:
        return None
    return number if block.test is None or holds(block.test, state) else None


async def deal(count: int) -> range:
    """The items of a fan-out: the places of its steps."""
    return range(count)


async def begin_child(isolated: bool, base: Mapping[str, Any], iteration: Any = MISSING) -> Child:
    """What a nested pipeline begins with."""
    return Child(base, isolated=isolated, iteration=iteration)


async def gather_child(around: Surroundings, run: Run, call: Call, child: Child) -> Any:
    """Take over what a nested pipeline has left."""
    changes = child.left()
    if call.position >= 0:
        return changes.parts()
    changes = merged(run, call, changes)
    return joined(changes, await reach(run, call, around.checkpoints))


async def gather_team(
    policy: MergePolicy, names: Sequence[str], around: Surroundings, run: Run, call: Call, results: list[Any]
) -> Changes:
    """Merge what parallel steps have changed."""
    changes = merge_team(run.state, policy, names, results)
    run.state.absorb(changes)
    return joined(changes, await reach(run, call, around.checkpoints))
