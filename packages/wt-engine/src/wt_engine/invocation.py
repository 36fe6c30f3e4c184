"""Calling a function of the user's, whatever it is and wherever it runs; with or without a timeout."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

from wt_engine.call import Call, Trouble
from wt_engine.control import Next, Suspend
from wt_engine.definition import Mode
from wt_engine.errors import StepTimeoutError
from wt_engine.events import EventType, NodeKind
from wt_engine.isolation import IsolatedState
from wt_engine.plan import Callee, Node
from wt_engine.run import Run

_ON_THE_LOOP = (Mode.AWAIT, Mode.STREAM, Mode.INLINE)
_AFTERMATH = {
    Mode.THREAD: "; its thread was abandoned, and what it still writes or returns is discarded",
    Mode.PROCESS: "; its process was killed",
    Mode.SUBMIT: "; its executor was asked to cancel it, and what it still writes or returns is discarded",
}


async def invoke(run: Run, call: Call) -> Any:
    """Call the function of a step, within its timeout.

    Returns:
        What it returns; the items of a map as a list.

    Raises:
        StepTimeoutError: It took too long.
        BaseException: Whatever it raises.
    """
    node = call.node
    if node.need is None:
        return await _surrounded(run, call)
    async with run.share.held(node.need):
        return await _surrounded(run, call)


async def _surrounded(run: Run, call: Call) -> Any:
    node = call.node
    if node.around is not None:
        return await node.around(run, call, functools.partial(_limited, run, call))
    return await _limited(run, call)


async def _limited(run: Run, call: Call) -> Any:
    node = call.node
    if node.timeout is None or node.callee.mode not in _ON_THE_LOOP:
        return await _call_step(run, call)
    async with _clock(run, node):
        return await _call_step(run, call)


def aftermath(run: Run, node: Node) -> str:
    """What becomes of a step that is interrupted, as a part of a sentence."""
    if node.kind is NodeKind.SUB or (node.callee.mode is Mode.THREAD and not run.limited and node.timeout is None):
        return ""
    return _AFTERMATH.get(node.callee.mode, "")


@contextlib.asynccontextmanager
async def _clock(run: Run, node: Node) -> AsyncIterator[None]:
    """Interrupt what takes longer than the step may."""
    try:
        async with asyncio.timeout(node.timeout) as limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        text = f"Step '{node.name}' timed out after {node.timeout}s{aftermath(run, node)}"
        raise StepTimeoutError(text) from error


async def call_hook(run: Run, callee: Callee, trouble: Trouble) -> Any:
    """Call a hook or a handler.

    Returns:
        What it returns.

    Raises:
        BaseException: Whatever it raises.
    """
    arguments = callee.recipe.arguments(run, trouble)
    if callee.mode is Mode.THREAD:
        result = await run.threads.call(functools.partial(callee.call, **arguments), abandon=False)
    else:
        result = callee.call(**arguments)
        if callee.mode is Mode.STREAM:
            raise TypeError(f"the handler or hook of '{trouble.step_name}' is a generator; it must return")
        result = await result
    return settled(trouble.step_name, result)


def settled(step: str, result: Any) -> Any:
    """A result that is no awaitable.

    Raises:
        TypeError: It is one: somebody forgot to await.
    """
    if result is None or isinstance(result, dict):
        # Most results are, and asking further takes long.
        return result
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError(
            f"step '{step}' returned an awaitable ({type(result).__name__}); await it and return what it gives"
        )
    return result


async def _call_step(run: Run, call: Call) -> Any:
    callee = call.node.callee
    arguments = callee.recipe.arguments(run, call)
    if callee.mode is Mode.AWAIT:
        result = await callee.call(**arguments)
    elif callee.mode is Mode.STREAM:
        return await _stream(run, call, callee.call(**arguments))
    elif callee.mode is Mode.THREAD:
        result = await _in_thread(run, call, arguments)
    elif callee.mode is Mode.INLINE:
        result = callee.call(**arguments)
    else:
        result = await _elsewhere(run, call, arguments)
    return settled(call.node.name, result)


async def _in_thread(run: Run, call: Call, arguments: dict[str, Any]) -> Any:
    node = call.node
    isolated: IsolatedState | None = None
    if run.limited or node.timeout is not None:
        names = node.callee.recipe.state_arguments
        if names:
            isolated = IsolatedState(run.state)
            arguments.update(dict.fromkeys(names, isolated.work))
    function: Callable[[], Any] = functools.partial(node.callee.call, **arguments)
    if node.kind is NodeKind.MAP:
        function = functools.partial(_listed, function)
    limit = None if node.timeout is None else _clock(run, node)
    result = await run.threads.call(function, abandon=run.limited or node.timeout is not None, limit=limit)
    if isolated is not None:
        isolated.carry_over()
        if result is isolated.work:
            return run.state
    return result


async def _elsewhere(run: Run, call: Call, arguments: dict[str, Any]) -> Any:
    from wt_engine.errand import Errand

    node = call.node
    names = node.callee.recipe.state_arguments
    others = {name: value for name, value in arguments.items() if name not in names}
    state = run.state if names else None
    errand = Errand(node.name, node.callee.call, others, names, state, node.kind is NodeKind.MAP)
    if node.callee.mode is Mode.PROCESS:
        report = await run.processes.call(errand, node.memory, _clock(run, node))
    else:
        async with _clock(run, node):
            report = await asyncio.wrap_future(node.executor.submit(errand))
    if report.changes is not None:
        report.changes.carry_over(run.state)
    return run.state if report.gave_state else report.result


def _listed(function: Callable[[], Any]) -> Any:
    # The items of a generator are made where its function runs, not on the loop.
    result = function()
    return list(result) if inspect.isgenerator(result) else result


async def _stream(run: Run, call: Call, values: AsyncGenerator[Any, None]) -> Any:
    node = call.node
    items: list[Any] = []
    last: Any = None
    async with contextlib.aclosing(values) as stream:
        async for value in stream:
            if isinstance(value, Next | Suspend):
                last = value
            elif node.kind is NodeKind.MAP:
                items.append(value)
                if len(items) > run.settings.max_map_items:
                    raise ValueError(
                        f"map '{node.name}' gave more than max_map_items={run.settings.max_map_items} items"
                    )
            else:
                await run.publisher.say(EventType.TOKEN, node.name, value, call)
    return items if node.kind is NodeKind.MAP and last is None else last
