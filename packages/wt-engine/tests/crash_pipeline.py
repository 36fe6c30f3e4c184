"""A pipeline of sixty steps that is killed: maps, a switch, a loop, a sub-pipeline, joins.

Each step adds its name to a log, which is on disk before the step ends.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

from wt_engine import EventType, Pipe

ROUNDS = 4
ITEMS = 9


def said(log: str, text: str) -> None:
    """Add a line to the log, on disk."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{text}\n".encode())
    os.fsync(file)
    os.close(file)


def build(store: Any, log: str) -> Pipe[Any, Any]:
    """The pipeline."""
    pipe: Pipe[Any, Any] = Pipe(name="sixty", store=store, allow_multi_root=True)
    _chain(pipe, log, "left", 12, "fan")
    _chain(pipe, log, "right", 10, "join")
    _fan(pipe, log)
    _loop(pipe, log)
    _branches(pipe, log)
    _nested(pipe, log)
    _chain(pipe, log, "last", 12, None)
    return pipe


def _step(log: str, name: str, place: int) -> Callable[..., Any]:
    async def work(state: Any) -> None:
        said(log, name)
        if place % 3 == 0:
            await asyncio.sleep(0.0005)
        # After its last await: what a step has changed before would be in the record of whoever ends meanwhile.
        state["sum"] += place
        state[name] = (place, {"seen": [name]})

    return work


def _chain(pipe: Pipe[Any, Any], log: str, name: str, count: int, last: str | None) -> None:
    for place in range(count):
        to = f"{name}{place + 1}" if place + 1 < count else last
        pipe.step(f"{name}{place}", to=to)(_step(log, f"{name}{place}", place))


def _fan(pipe: Pipe[Any, Any], log: str) -> None:
    @pipe.map(each="square", to="join", max_concurrency=3)
    async def fan(state: Any) -> Any:
        said(log, "fan")
        return range(ITEMS)

    @pipe.step
    async def square(item: int) -> int:
        said(log, f"square/{item}")
        await asyncio.sleep(0.0005)
        return item * item

    @pipe.step(to="count")
    async def join(square: list[int], state: Any) -> None:
        said(log, "join")
        state["squares"] = square


def _loop(pipe: Pipe[Any, Any], log: str) -> None:
    @pipe.step(to="again")
    async def count(state: Any) -> None:
        state["round"] = state.get("round", 0) + 1
        said(log, "count")

    @pipe.step(to="choose")
    async def again(state: Any) -> Any:
        said(log, "again")
        return "count" if state["round"] < ROUNDS else None


def _branches(pipe: Pipe[Any, Any], log: str) -> None:
    @pipe.switch(to={"a": "branch_a0", "b": "branch_b0"})
    async def choose(state: Any) -> str:
        said(log, "choose")
        return "b" if state["sum"] > 0 else "a"

    _chain(pipe, log, "branch_a", 3, "nested")
    _chain(pipe, log, "branch_b", 5, "nested")


def _nested(pipe: Pipe[Any, Any], log: str) -> None:
    inner: Pipe[Any, Any] = Pipe(name="inner", allow_multi_root=True)
    _chain(inner, log, "inner", 6, "inner_map")

    @inner.map(each="inner_item", to="inner_end")
    async def inner_map() -> Any:
        said(log, "inner_map")
        return range(3)

    @inner.step
    async def inner_item(item: int) -> tuple[int, str]:
        said(log, f"inner_item/{item}")
        return item, str(item)

    @inner.step
    async def inner_end(inner_item: list[Any], state: Any) -> None:
        said(log, "inner_end")
        state["letters"] = inner_item

    @pipe.sub(pipeline=inner, to="last0")
    async def nested() -> Any:
        said(log, "nested")
        return {"sum": 0}


async def consume(events: Any) -> tuple[str, Any]:
    """Read a run to its end; returns its status and its state."""
    state: Any = None
    async for event in events:
        if event.type is EventType.STEP_END and event.origin_run_id == event.run_id:
            state = event.payload
    return event.payload.status.value, state
