"""Opening a map: its items are counted and announced before the first of them goes out."""

from __future__ import annotations

import asyncio
from typing import Any

from wt_engine.call import Call
from wt_engine.events import EventType
from wt_engine.injection import MISSING
from wt_engine.maps import MapFrame
from wt_engine.plan import Node
from wt_engine.rounds import Rounds
from wt_engine.run import Run


def items_of(node: Node, result: Any) -> list[Any]:
    """The items that the function of a map has returned.

    Raises:
        ValueError: It is nothing to iterate over.
    """
    try:
        return list(getattr(result, "calls", result) if node.returns_data else result)
    except TypeError as error:
        raise ValueError(f"Map '{node.name}' must return an iterable, not {type(result).__name__}") from error


def frame_of(call: Call, worker: Node, items: list[Any], team: list[Node], result: Any) -> MapFrame:
    """The frame of a map.

    Args:
        call: The map's own call.
        worker: What each item goes to.
        items: The items that are known by now.
        team: What they go to one by one, if that differs.
        result: What the map's function has returned.
    """
    frame = MapFrame(call, worker, items, call.node.max_concurrency, team)
    if call.node.returns_data:
        frame.gather = getattr(result, "gather", None)
        if isinstance(result, Rounds):
            frame.loop(result)
    return frame


async def open_frame(run: Run, call: Call, result: Any) -> MapFrame:
    """Open the map whose function has returned its items.

    Args:
        run: The run.
        call: The map's own call.
        result: What its function returned: items, or the calls of a `wt_contracts.fan_out.FanOut`.

    Raises:
        ValueError: It is nothing to iterate over.
    """
    node = call.node
    assert node.each is not None
    items = items_of(node, result)
    if run.recorder is not None:
        # Calls are made again from what the map's own function gets, which is recorded already
        run.recorder.opened(call, MISSING if node.returns_data else items)
    worker = run.plan.nodes[node.each]
    team = [run.plan.nodes[place] for place in node.team]
    about: dict[str, Any] = {"target": worker.name, "item_count": len(items)}
    await run.publisher.say(EventType.MAP_START, node.name, about, call)
    run.journal.maps.started += 1
    owner = f"{run.publisher.origin.run_id}:{call.number}"
    for position in range(len(items)):
        target = team[position].name if team else worker.name
        about = {"index": position, "total": len(items), "target": target, "owner": owner}
        await run.publisher.say(EventType.MAP_WORKER, f"{target}[{position}]", about, call)
        if not position % 256:
            await asyncio.sleep(0)
    frame = run.frames[call.number] = frame_of(call, worker, items, team, result)
    run.journal.maps.workers_started += len(items)
    if run.stopping:
        frame.give_up()
    return frame
