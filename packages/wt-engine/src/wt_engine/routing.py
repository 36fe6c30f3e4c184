"""What runs after a step: successors, joins, the branch of a switch."""

from __future__ import annotations

import asyncio
from typing import Any

from wt_engine.barriers import Barrier, Verdict
from wt_engine.call import Call
from wt_engine.control import Stop
from wt_engine.definition import name_of
from wt_engine.errors import UnknownStepError, suggestion
from wt_engine.events import EventType
from wt_engine.maps import MapFrame
from wt_engine.plan import NOWHERE, STOP, Node
from wt_engine.run import Run


class Expiry:
    """A join whose parents did not all arrive in time; queued by its timer."""

    __slots__ = ("barrier", "frame", "parent")

    def __init__(self, barrier: Barrier, parent: int, frame: MapFrame | None) -> None:
        self.barrier = barrier
        self.parent = parent
        self.frame = frame


class Router:
    """Queues what runs next.

    Args:
        run: The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._barriers: dict[int, Barrier] = {}
        self._joins = any(len(node.parents) > 1 for node in run.plan.nodes)

    def start(self, node: Node, parent: Call | None) -> None:
        """Queue a step, whatever it waits for."""
        run = self._run
        if run.stopping or run.ending:
            return
        frame = parent.frame if parent else None
        if frame is not None:
            frame.pending += 1
        run.crew.ready.append(Call(node, parent.number if parent else 0, frame))

    def find(self, call: Call, name: str) -> Node:
        """The step that a step wants to go on with.

        Raises:
            UnknownStepError: There is none of that name.
        """
        place = self._run.plan.index.get(name)
        if place is None:
            near = suggestion(name, self._run.plan.index)
            raise UnknownStepError(f"Step '{call.node.name}' goes on with unknown step '{name}'.{near}")
        return self._run.plan.nodes[place]

    async def follow(self, call: Call) -> None:
        """Queue the successors of a step that has ended, as far as they have waited only for it."""
        for place in call.node.successors:
            await self._arrive(call, self._run.plan.nodes[place])

    async def choose(self, call: Call, place: int) -> None:
        """Queue the branch that a switch has chosen; its other branches will not come.

        Args:
            call: The switch, which has ended.
            place: The chosen step, or `NOWHERE`.
        """
        if place == NOWHERE or place in call.node.successors:
            # A loop that goes on has not given up what comes after it.
            if self._joins and not call.node.returns:
                await self._bury([(call, other) for other in call.node.successors if other != place])
            if place != NOWHERE:
                await self._arrive(call, self._run.plan.nodes[place])
        else:
            self.start(self._run.plan.nodes[place], call)

    def route(self, node: Node, key: Any) -> int | None:
        """Where a switch goes.

        Args:
            node: The switch.
            key: What its function returned.

        Returns:
            The chosen step, or None to stop.

        Raises:
            ValueError: There is no route for the value.
            UnknownStepError: The function that chooses names no step.
        """
        place = self._chosen(node, key)
        return None if place == STOP else place

    def _chosen(self, node: Node, key: Any) -> int:
        if callable(node.routes):
            target = node.routes(key)
            if isinstance(target, Stop) or target is Stop:
                return STOP
            if target is not None:
                name = name_of(target)
                if name not in self._run.plan.index:
                    near = suggestion(name, self._run.plan.index)
                    raise UnknownStepError(f"Switch '{node.name}' routes to unknown step '{name}'.{near}")
                return self._run.plan.index[name]
        elif node.routes is not None and _hashable(key) and key in node.routes:
            return node.routes[key]
        if node.default is not None:
            return node.default
        known = [] if callable(node.routes) else [str(value) for value in node.routes or ()]
        routes = f" Routes: {', '.join(known)}." if known else ""
        raise ValueError(f"Switch '{node.name}' has no route for {key!r}.{routes}{suggestion(str(key), known)}")

    def expired(self, node: Node) -> None:
        """A join whose time was up starts no more."""
        barrier = self._barrier(node)
        barrier.expired = True
        if barrier.timer is not None:
            barrier.timer.cancel()
            self._run.crew.timers.discard(barrier.timer)
            barrier.timer = None

    def _barrier(self, node: Node) -> Barrier:
        found = self._barriers.get(node.index)
        if found is None:
            found = self._barriers[node.index] = Barrier(node)
        return found

    async def _arrive(self, call: Call, node: Node) -> None:
        if len(node.parents) <= 1 or call.node.index in node.returns:
            self.start(node, call)
            return
        barrier = self._barrier(node)
        verdict = barrier.arrive(call.node.index)
        if verdict is Verdict.START:
            await self._release(barrier)
            self.start(node, call)
        elif node.barrier_timeout is not None and barrier.waits and not barrier.timer and not barrier.expired:
            await self._wait(barrier, call)

    async def _wait(self, barrier: Barrier, call: Call) -> None:
        run, node = self._run, barrier.node
        if run.stopping or run.ending or node.barrier_timeout is None:
            return
        loop = asyncio.get_running_loop()
        barrier.since = loop.time()
        run.journal.barrier(node.name).waits += 1
        expiry = Expiry(barrier, call.number, call.frame)

        def expire() -> None:
            if timer in run.crew.timers:
                run.crew.timers.discard(timer)
                barrier.timer = None
                barrier.expired = True
                run.crew.push(expiry)

        timer = barrier.timer = loop.call_later(node.barrier_timeout, expire)
        run.crew.timers.add(timer)
        names = [run.plan.nodes[place].name for place in node.parents]
        payload = {
            "timeout": node.barrier_timeout,
            "dependencies": names,
            "expected_count": len(names),
            "completed_count": 0,
            "waiting_for": [run.plan.nodes[place].name for place in barrier.waiting_for],
        }
        await run.publisher.say(EventType.BARRIER_WAIT, node.name, payload)

    async def _release(self, barrier: Barrier) -> None:
        timer, barrier.timer = barrier.timer, None
        if timer is None:
            return
        timer.cancel()
        run = self._run
        run.crew.timers.discard(timer)
        waited = asyncio.get_running_loop().time() - barrier.since
        metrics = run.journal.barrier(barrier.node.name)
        metrics.releases += 1
        metrics.total_wait_s += waited
        metrics.max_wait_s = max(metrics.max_wait_s, waited)
        await run.publisher.say(EventType.BARRIER_RELEASE, barrier.node.name, {"duration": waited})

    async def _bury(self, edges: list[tuple[Call, int]]) -> None:
        nodes = self._run.plan.nodes
        dead = [(call.node.index, place, call) for call, place in edges]
        while dead:
            parent, place, call = dead.pop()
            node = nodes[place]
            if parent in node.returns:
                continue
            verdict = Verdict.DEAD
            if len(node.parents) > 1:
                verdict = self._barrier(node).bury(parent)
            if verdict is Verdict.START:
                # The last parent that was missing will not come: those that have arrived are all.
                await self._release(self._barrier(node))
                self.start(node, call)
            elif verdict is Verdict.DEAD:
                dead.extend((place, child, call) for child in node.successors)


def _hashable(key: Any) -> bool:
    try:
        hash(key)
    except TypeError:
        return False
    return True
