"""How a run speaks: events get their number, pass the hooks, reach the observers, and go to whoever reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import time
from typing import Any

from wt_engine.events import Event, EventType, Invocation, Origin
from wt_engine.observers import ObserverFeed
from wt_engine.stream import EventStream

EventHook = Callable[[Event], Event]


class Publisher:
    """The events of one run.

    Args:
        run_id: The run.
        stream: Where events are read; that of the outermost run.
        hooks: Functions that every event passes.
        above: For a sub-pipeline: the publisher of the run that started it, the step's name and its invocation.

    Attributes:
        seq: The number of the last event.
        counts: How many events of each type there were.
        tap: Called with every event, to record it.
        broken: What a hook raised, if one did; from then on the hooks are not called.
    """

    def __init__(
        self,
        run_id: str,
        stream: EventStream,
        hooks: Sequence[EventHook],
        above: tuple[Publisher, str, int] | None = None,
    ) -> None:
        self.stream = stream
        self.counts: dict[str, int] = dict.fromkeys([kind.value for kind in EventType], 0)
        self.feeds: list[ObserverFeed] = []
        self.tap: Callable[[Event], None] | None = None
        self.broken: Exception | None = None
        self.origin: Origin = Origin(run_id, run_id, above[0].origin.run_id if above else None, (), None)
        self._hooks = tuple(hooks)
        # Most runs have neither, and an event takes the shortest way.
        self._direct = not hooks and above is None
        self._above = above
        self._outside: dict[int, tuple[Origin, Origin]] = {}
        self.seq = 0

    @property
    def scope(self) -> tuple[str, ...]:
        """The sub-pipeline steps above, outermost first."""
        return () if self._above is None else (*self._above[0].scope, self._above[1])

    def emit(
        self,
        kind: EventType,
        stage: str,
        payload: Any = None,
        invocation: Invocation | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        """Say something now."""
        self._publish(Event(kind, stage, payload, time(), self.origin, invocation, meta))

    async def say(
        self,
        kind: EventType,
        stage: str,
        payload: Any = None,
        invocation: Invocation | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        """Say something as soon as there is room for it."""
        stream = self.stream
        if len(stream.items) >= stream.limit:
            await stream.room()
        self._publish(Event(kind, stage, payload, time(), self.origin, invocation, meta))

    def prepare(self, event: Event) -> Event:
        """Number an event, let it pass the hooks, count it and show it to the observers.

        Returns:
            The event as the hooks have left it, for `deliver`.
        """
        self.seq = event.seq = self.seq + 1
        if self._hooks and self.broken is None:
            event = self._hooked(event)
        self.counts[event.type._value_] += 1
        if self.tap is not None:
            self.tap(event)
        if self.feeds:
            for feed in self.feeds:
                feed.put(event)
        return event

    def deliver(self, event: Event) -> None:
        """Hand an event to whoever reads: the consumer, or the run that started this one."""
        if self._above is None:
            self.stream.put(event)
            return
        above, owner, _ = self._above
        origin = self._seen_from_above(event.origin)
        stage = f"{owner}:{event.stage}"
        above._publish(Event(event.type, stage, event.payload, event.timestamp, origin, event.invocation, event.said))

    def _publish(self, event: Event) -> None:
        if not self._direct:
            self.deliver(self.prepare(event))
            return
        self.seq = event.seq = self.seq + 1
        self.counts[event.type._value_] += 1
        if self.tap is not None:
            self.tap(event)
        if self.feeds:
            for feed in self.feeds:
                feed.put(event)
        self.stream.put(event)

    def _seen_from_above(self, origin: Origin) -> Origin:
        if self._above is None:
            return origin
        found = self._outside.get(id(origin))
        if found is None:
            above, owner, number = self._above
            run_id = above.origin.run_id
            outer = origin.owner or f"{run_id}:{number}"
            seen = Origin(run_id, origin.origin_run_id, origin.parent_run_id, (owner, *origin.scope), outer)
            # The key is an address: the origin is kept with it, so that no other object gets the same one.
            found = self._outside[id(origin)] = (origin, seen)
        return found[1]

    def _hooked(self, event: Event) -> Event:
        for hook in self._hooks:
            try:
                changed: Any = hook(event)
                if changed is None:
                    raise ValueError(f"event hook {_name(hook)} returned None; it must return an event")
                if not isinstance(changed, Event):
                    raise TypeError(f"event hook {_name(hook)} returned a {type(changed).__name__}, not an event")
            except Exception as error:  # noqa: BLE001 - whatever a hook raises ends the run and reaches its reader
                self.broken = error
                return event
            changed.seq = event.seq
            event = changed
        return event


def _name(hook: EventHook) -> str:
    return str(getattr(hook, "__name__", hook))
