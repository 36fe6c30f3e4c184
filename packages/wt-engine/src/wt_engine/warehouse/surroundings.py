"""What stands around every call of a step: its merge into the warehouse, hooks, captures of errors, checkpoints."""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

from wt_engine.call import Call
from wt_engine.events import EventType
from wt_engine.failures import text_of
from wt_engine.run import Run
from wt_engine.warehouse.checkpoints import Checkpoint, reach
from wt_engine.warehouse.merging import merge
from wt_engine.warehouse.tasks import VETO, Task
from wt_engine.warehouse.view import Changes, View, joined

Hook = Callable[..., Any]
Proceed = Callable[[], Awaitable[Any]]


@dataclass(slots=True)
class Surroundings:
    """What a pipeline has put around its steps.

    Attributes:
        pre: Called before every step with its warehouse and what is known of it.
        post: Called after it, with the outcome as well.
        captures: Called with the warehouse and the error after every failed attempt.
        checkpoints: The states to save, and when.
    """

    pre: list[Hook] = field(default_factory=list)
    post: list[Hook] = field(default_factory=list)
    captures: list[tuple[str, Hook]] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)


def note(run: Run, kind: str, call: Call, **about: Any) -> Awaitable[None]:
    """Tell the record of something that is no failure."""
    return run.publisher.say(EventType.NOTE, call.node.name, {"type": kind, **about}, call)


async def call_user(run: Run, function: Hook, *arguments: Any) -> Any:
    """Call a hook or a handler: awaited, or in a thread."""
    call = functools.partial(function, *arguments)
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None)):  # noqa: B004 - asks what calling gives
        return await call()
    return await run.threads.call(call, abandon=False)


def merged(run: Run, call: Call, changes: Changes) -> Changes:
    """Merge what a step has changed into the warehouse.

    Raises:
        MergeConflictError: Another step has changed the same meanwhile.
    """
    return merge(run.state, call.node.name, changes)


async def merge_only(run: Run, call: Call, proceed: Proceed) -> Any:
    """What stands around a step if nobody asks for more."""
    changes = await proceed()
    return ended(run, call, changes) if type(changes) is Changes else changes


def ended(run: Run, call: Call, changes: Changes) -> Any:
    """The value of a step that has changed something: what it means for the warehouse, or what its `Parallel` merges.

    Raises:
        MergeConflictError: Another step has changed the same meanwhile.
    """
    return merged(run, call, changes) if call.position < 0 else changes.parts()


class Surrounded:
    """What stands around a step of a pipeline with hooks, captures or checkpoints.

    Args:
        task: The step.
        around: What its pipeline has put there.
    """

    def __init__(self, task: Task, around: Surroundings) -> None:
        self._task = task
        self._around = around

    async def __call__(self, run: Run, call: Call, proceed: Proceed) -> Any:
        """Run the hooks, the step, and what follows from how it went."""
        info = self._info(call)
        try:
            before = await self._prepare(run, call, info)
            changes = await proceed()
            if type(changes) is Changes:
                if call.position < 0:
                    changes = merged(run, call, changes)
                    changes = joined(changes, await reach(run, call, self._around.checkpoints))
                changes = joined(before, changes)
        except Exception as error:
            await self._failed(run, call, info, error)
            raise
        after = await self._finish(run, call, info, "success", changes)
        if type(changes) is not Changes:
            return changes
        changes = joined(changes, after)
        return changes if call.position < 0 else changes.parts()

    def _info(self, call: Call) -> dict[str, Any]:
        task = self._task
        return {
            "name": task.name,
            "version": task.settings.version,
            "step_type": "task",
            "metadata": dict(task.metadata),
            "description": task.settings.description,
            "tags": list(task.settings.tags),
            "attempt": call.attempt,
            "place": task.place,
        }

    async def _prepare(self, run: Run, call: Call, info: dict[str, Any]) -> Changes:
        written = Changes({})
        for hook in self._around.pre:
            view = View(_warehouse(run, written))
            try:
                await call_user(run, hook, view, info)
            except Exception as error:
                setattr(error, VETO, True)
                raise
            written = joined(written, view.changes())
        if written:
            if call.position < 0:
                run.state.absorb(written)
            else:
                call.item = written
        return written

    async def _finish(self, run: Run, call: Call, info: dict[str, Any], outcome: Any, changes: Any) -> Changes:
        known = changes if type(changes) is Changes else Changes({})
        written = Changes({})
        for hook in self._around.post:
            view = View(_warehouse(run, joined(known, written)))
            try:
                await call_user(run, hook, view, info, outcome)
            except Exception as error:  # noqa: BLE001 - the step is over; what a hook says about it is noted
                await note(run, "hook_error", call, hook=_name(hook), error=text_of(error), traceback=_text(error))
            else:
                written = joined(written, view.changes())
        if call.position < 0:
            run.state.absorb(written)
        return written

    async def _failed(self, run: Run, call: Call, info: dict[str, Any], error: Exception) -> None:
        about = error_info(self._task, call, error)
        for name, capture in self._around.captures:
            try:
                await call_user(run, capture, View(_warehouse(run, Changes({}))), dict(about))
            except Exception as worse:  # noqa: BLE001 - the failure itself counts; this one is noted with it
                error.add_note(f"the error capture '{name}' failed as well: {text_of(worse)}")
                await note(run, "capture_error", call, capture=name, error=text_of(worse), traceback=_text(worse))
        retries = call.node.retries
        if retries is None or not retries.again(call.attempt, error):
            await self._finish(run, call, info, error, None)


class Beside:
    """What stands around a step in the background: what it changes is dropped.

    Args:
        inner: What stands around any step.
        capture: Whether its failure is only noted.
    """

    def __init__(self, inner: Callable[[Run, Call, Proceed], Awaitable[Any]], *, capture: bool) -> None:
        self._inner = inner
        self._capture = capture

    async def __call__(self, run: Run, call: Call, proceed: Proceed) -> Any:
        """Run the step; it leaves nothing."""

        async def dropped() -> None:
            await proceed()

        try:
            await self._inner(run, call, dropped)
        except Exception as error:
            retries = call.node.retries
            if not self._capture or (retries is not None and retries.again(call.attempt, error)):
                raise
            await note(run, "background_error", call, error=text_of(error), traceback=_text(error))
        return Changes({})


def error_info(task: Task, call: Call, error: BaseException) -> dict[str, Any]:
    """What a capture of errors is told: what failed, where in whose code, at which attempt."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_OURS)] or frames[-1:]
    last = own[-1] if own else None
    return {
        "step_name": task.name,
        "step_version": task.settings.version,
        "error_type": type(error).__name__,
        "error_message": text_of(error),
        "error_traceback": _text(error),
        "file_path": last.filename if last else None,
        "line_number": last.lineno if last else None,
        "method": last.name if last else None,
        "timestamp": time(),
        "attempt": call.attempt,
    }


_OURS = str(Path(__file__).parents[1])


def _text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _name(hook: Hook) -> str:
    return str(getattr(hook, "__qualname__", None) or type(hook).__name__)


def _warehouse(run: Run, changes: Changes) -> dict[str, Any]:
    """The warehouse as a hook sees it."""
    values: dict[str, Any] = run.state.plain()
    values.update(changes)
    for key in changes.removed:
        values.pop(key, None)
    return values
