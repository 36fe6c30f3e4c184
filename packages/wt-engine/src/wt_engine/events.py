"""What a run says: a stream of events, the only output of the engine."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol


class EventType(StrEnum):
    """What happened."""

    START = "start"
    FINISH = "finish"
    SUSPEND = "suspend"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    STEP_START = "step_start"
    STEP_END = "step_end"
    STEP_ERROR = "step_error"
    TOKEN = "token"  # noqa: S105 - a piece of a stream, no secret
    BARRIER_WAIT = "barrier_wait"
    BARRIER_RELEASE = "barrier_release"
    MAP_START = "map_start"
    MAP_WORKER = "map_worker"
    MAP_COMPLETE = "map_complete"
    NOTE = "note"


class NodeKind(StrEnum):
    """What a step is in the graph; `SYSTEM` is the run itself."""

    SYSTEM = "system"
    STEP = "step"
    MAP = "map"
    SWITCH = "switch"
    SUB = "sub"


class StepStatus(StrEnum):
    """How an attempt of a step ended."""

    SUCCESS = "success"
    ERROR = "error"


class Origin:
    """Which run an event comes from, and through which run's stream it is read.

    Attributes:
        run_id: The run whose stream carries the event.
        origin_run_id: The run that made it: another one for the events of a sub-pipeline.
        parent_run_id: The run that started the origin, None for a run of its own.
        scope: The sub-pipeline steps above it, outermost first.
        owner: The invocation of the innermost of those steps.
    """

    __slots__ = ("origin_run_id", "owner", "parent_run_id", "run_id", "scope")

    def __init__(
        self, run_id: str, origin_run_id: str, parent_run_id: str | None, scope: tuple[str, ...], owner: str | None
    ) -> None:
        self.run_id = run_id
        self.origin_run_id = origin_run_id
        self.parent_run_id = parent_run_id
        self.scope = scope
        self.owner = owner


class Invocation(Protocol):
    """One attempt of one call of a step, as events tell of it."""

    @property
    def kind(self) -> NodeKind:
        """What the step is."""

    @property
    def number(self) -> int:
        """Counts the invocations of a run, from 1."""

    @property
    def parent(self) -> int:
        """The number of the invocation that scheduled this one, 0 for a root."""

    @property
    def owner(self) -> int:
        """The number of the map's invocation that this one works for, 0 if none."""

    @property
    def attempt(self) -> int:
        """Counts the attempts of this call, from 1."""

    @property
    def scope(self) -> tuple[str, ...]:
        """The maps it works for, outermost first."""

    @property
    def position(self) -> int:
        """The place of its item, or the number of its round, from 0; -1 if it has none."""

    @property
    def seconds(self) -> float:
        """How long its function took."""


_STATUS = {EventType.STEP_END: StepStatus.SUCCESS, EventType.STEP_ERROR: StepStatus.ERROR}
_CONTAINERS = frozenset({NodeKind.MAP, NodeKind.SUB})


class Event:
    """One thing that happened. Made by the engine; treat it as read-only and use `replace` in a hook.

    Names that are seldom read are worked out when they are, because a run makes very many events.

    Attributes:
        type: What happened.
        stage: Which step it happened to; `system` for the run itself.
        payload: What goes with it: the state (START, STEP_END), the text of an error, a token, …
        timestamp: When, in seconds since the epoch.
        seq: Counts the events of a stream, from 1.
        said: What else was said with it, or None; `meta` has it with what the engine knows of each call.
    """

    __slots__ = ("invocation", "origin", "payload", "said", "seq", "stage", "timestamp", "type")

    def __init__(
        self,
        type: EventType,  # noqa: A002 - the published name of the field
        stage: str,
        payload: Any,
        timestamp: float,
        origin: Origin,
        invocation: Invocation | None = None,
        meta: dict[str, Any] | None = None,
        seq: int = 0,
    ) -> None:
        self.type = type
        self.stage = stage
        self.payload = payload
        self.timestamp = timestamp
        self.origin = origin
        self.invocation = invocation
        self.said = meta
        self.seq = seq

    @property
    def meta(self) -> dict[str, Any] | None:
        """What else is known, or None.

        The end of a step has `framework` (`duration_s`, `attempt`, `status`) and, if its context declares a `Meta`,
        `data`, `tags`, `metrics` and `counters`; a failure has `forensics`.
        """
        call = self.invocation
        return with_framework(self.type, call.kind, self.said, call.seconds, call.attempt) if call else self.said

    @property
    def run_id(self) -> str:
        """The run whose stream carries the event."""
        return self.origin.run_id

    @property
    def origin_run_id(self) -> str:
        """The run that made the event."""
        return self.origin.origin_run_id

    @property
    def parent_run_id(self) -> str | None:
        """The run that started the origin, if it is a sub-pipeline."""
        return self.origin.parent_run_id

    @property
    def scope(self) -> tuple[str, ...]:
        """The sub-pipelines and maps that the step works for, outermost first."""
        return self.origin.scope + (self.invocation.scope if self.invocation else ())

    @property
    def node_kind(self) -> NodeKind:
        """What the step is in the graph."""
        return self.invocation.kind if self.invocation else NodeKind.SYSTEM

    @property
    def attempt(self) -> int:
        """Which attempt of this call, from 1."""
        return self.invocation.attempt if self.invocation else 1

    @property
    def invocation_id(self) -> str | None:
        """`<run>:<n>`, the same for all events of one attempt; None for events of the run itself."""
        return self._name(self.invocation.number) if self.invocation else None

    @property
    def parent_invocation_id(self) -> str | None:
        """The invocation that scheduled this one."""
        return (self._name(self.invocation.parent) if self.invocation else None) or self.origin.owner

    @property
    def owner_invocation_id(self) -> str | None:
        """The map's or sub-pipeline's invocation that this one works for."""
        return (self._name(self.invocation.owner) if self.invocation else None) or self.origin.owner

    def _name(self, number: int) -> str | None:
        return f"{self.origin.origin_run_id}:{number}" if number else None

    def replace(self, **changes: Any) -> Event:
        """A copy with some of `type`, `stage`, `payload`, `timestamp`, `meta` changed.

        Raises:
            TypeError: Another name was given.
        """
        unknown = set(changes) - {"type", "stage", "payload", "timestamp", "meta"}
        if unknown:
            raise TypeError(f"an event cannot be changed in: {', '.join(sorted(unknown))}")
        values = {name: getattr(self, name) for name in self.__slots__ if name != "said"}
        return Event(**({"meta": self.said, **values} | changes))

    def __repr__(self) -> str:
        return f"Event({self.seq}, {self.type.name}, {self.stage!r}, payload={self.payload!r})"


def with_framework(
    type_: EventType, kind: str, said: dict[str, Any] | None, seconds: float, attempt: int
) -> dict[str, Any] | None:
    """What is known of an event of a call: what was said with it, and at its end what the engine knows.

    Args:
        type_: What happened.
        kind: What the step is, by the value of `NodeKind`.
        said: What was said with it.
        seconds: How long the step's function took.
        attempt: Which attempt it was.
    """
    status = _STATUS.get(type_)
    if status is None or (kind in _CONTAINERS and status is StepStatus.SUCCESS):
        return said
    return {**(said or {}), "framework": {"duration_s": seconds, "attempt": attempt, "status": status.value}}
