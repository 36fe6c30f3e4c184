"""The calls of a run, put together from its events, live or stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from wt_engine.events import EventType


class Told(Protocol):
    """What a live and a stored event have in common."""

    @property
    def type(self) -> str:
        """What happened."""

    @property
    def stage(self) -> str:
        """Which step it happened to."""

    @property
    def timestamp(self) -> float:
        """When, in seconds since the epoch."""

    @property
    def payload(self) -> Any:
        """What goes with it."""

    @property
    def meta(self) -> dict[str, Any] | None:
        """What else is known."""

    @property
    def invocation_id(self) -> str | None:
        """The call."""

    @property
    def node_kind(self) -> str:
        """What the step is in the graph."""

    @property
    def attempt(self) -> int:
        """Which attempt."""

    @property
    def scope(self) -> tuple[str, ...]:
        """The sub-pipelines and maps above."""


@dataclass(slots=True)
class CallSpan:
    """One call of a step, from its start to its end.

    Attributes:
        stage: The step.
        start: When it started, in seconds since the epoch.
        end: When it ended; None as long as it runs, or if the process died.
        error: What it failed with, if it failed.
        attempt: Which attempt, from 1.
        depth: How many maps and sub-pipelines it works for.
        kind: What the step is in the graph.
        invocation_id: The call.
        seen_until: The last that is known of a call whose process died.
    """

    stage: str
    start: float
    end: float | None = None
    error: str | None = None
    attempt: int = 1
    depth: int = 0
    kind: str = "step"
    invocation_id: str = ""
    seen_until: float | None = None

    @property
    def status(self) -> str:
        """`success`, `error`, `running` for a call that has no end yet, `interrupted` for one that gets none."""
        if self.end is None:
            return "running" if self.seen_until is None else "interrupted"
        return "success" if self.error is None else "error"

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return None if self.end is None else self.end - self.start


class Calls:
    """Collects the calls of one run while it tells of them."""

    def __init__(self) -> None:
        self.spans: list[CallSpan] = []
        self.began: float | None = None
        self.ended: float | None = None
        self._open: dict[str, CallSpan] = {}

    def add(self, event: Told) -> None:
        """Take an event in."""
        if self.began is None:
            self.began = event.timestamp
        if event.type == EventType.START and event.invocation_id is None and (event.meta or {}).get("resumed"):
            self.cut()
        self.ended = event.timestamp
        call = event.invocation_id
        if call is None:
            return
        if event.type == EventType.STEP_START:
            span = CallSpan(
                event.stage,
                event.timestamp,
                attempt=event.attempt,
                depth=len(event.scope),
                kind=str(event.node_kind),
                invocation_id=call,
            )
            self._open[call] = span
            self.spans.append(span)
        elif event.type in (EventType.STEP_END, EventType.STEP_ERROR) and call in self._open:
            span = self._open.pop(call)
            span.end = event.timestamp
            if event.type == EventType.STEP_ERROR:
                span.error = str(event.payload)

    def cut(self) -> None:
        """Take note that nothing more is told of what is running."""
        for span in self._open.values():
            span.seen_until = self.ended
        self._open.clear()


def calls_of(events: Iterable[Told], *, over: bool = False) -> Calls:
    """The calls of a run whose events are all there.

    Args:
        events: The events.
        over: Whether nobody runs it any more.
    """
    calls = Calls()
    for event in events:
        calls.add(event)
    if over:
        calls.cut()
    return calls
