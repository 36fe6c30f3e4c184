"""What a run measures of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wt_engine.events import EventType


@dataclass(slots=True)
class QueueMetrics:
    """How full the event queue got."""

    max_depth: int = 0


@dataclass(slots=True)
class TaskMetrics:
    """How many invocations there were."""

    started: int = 0
    completed: int = 0
    peak_active: int = 0


@dataclass(slots=True)
class StepTiming:
    """How long the functions of a step took, failed attempts included; waiting for items or a free worker is not."""

    count: int = 0
    total_s: float = 0.0
    min_s: float = float("inf")
    max_s: float = 0.0

    @property
    def avg_s(self) -> float:
        """The mean, 0 if there was none."""
        return self.total_s / self.count if self.count else 0.0

    def add(self, seconds: float) -> None:
        """Count one more call."""
        self.count += 1
        self.total_s += seconds
        if seconds < self.min_s:
            self.min_s = seconds
        if seconds > self.max_s:
            self.max_s = seconds


class StepTimings(Mapping[str, StepTiming]):
    """The timings of steps, by name.

    Of a step that was called once, only the seconds are kept: an object for each of many steps would make Python look
    for garbage among all that the plan consists of.
    """

    def __init__(self) -> None:
        self._first: dict[str, float] = {}
        self._several: dict[str, StepTiming] = {}

    def __getitem__(self, step: str) -> StepTiming:
        found = self._several.get(step)
        if found is None:
            found = StepTiming()
            found.add(self._first[step])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    def __repr__(self) -> str:
        return f"StepTimings({dict(self)!r})"

    def add(self, step: str, seconds: float) -> None:
        """Count one call of a step."""
        timing = self._several.get(step)
        if timing is None:
            if step not in self._first:
                self._first[step] = seconds
                return
            timing = self._several[step] = self[step]
        timing.add(seconds)


@dataclass(slots=True)
class BarrierMetrics:
    """How long a join with a timeout waited for its parents."""

    waits: int = 0
    releases: int = 0
    timeouts: int = 0
    total_wait_s: float = 0.0
    max_wait_s: float = 0.0


@dataclass(slots=True)
class MapMetrics:
    """What the maps of a run did."""

    started: int = 0
    completed: int = 0
    workers_started: int = 0
    peak_workers: int = 0


@dataclass(slots=True)
class RuntimeMetrics:
    """What a run measured, as FINISH tells it. FINISH itself is not counted.

    Attributes:
        queue: The event queue.
        tasks: The invocations.
        step_latency: The time of each step's function, by name.
        barriers: The joins with a timeout, by name.
        maps: The maps.
        events: How many events of each type, by the type's value.
        tokens: How many tokens.
        suspends: How often a step suspended the run.
    """

    queue: QueueMetrics = field(default_factory=QueueMetrics)
    tasks: TaskMetrics = field(default_factory=TaskMetrics)
    step_latency: Mapping[str, StepTiming] = field(default_factory=StepTimings)
    barriers: dict[str, BarrierMetrics] = field(default_factory=dict)
    maps: MapMetrics = field(default_factory=MapMetrics)
    events: dict[str, int] = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        """How many tokens the run's streams gave."""
        return self.events.get(EventType.TOKEN.value, 0)

    @property
    def suspends(self) -> int:
        """How often a step suspended the run."""
        return self.events.get(EventType.SUSPEND.value, 0)
