"""What became of each step of a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from wt_contracts.events import EventKind, WorkflowEvent

_STATUS = {EventKind.STEP_END: "ok", EventKind.STEP_SKIPPED: "skipped", EventKind.STEP_ERROR: "failed"}


@dataclass(slots=True)
class Step:
    """One step.

    Attributes:
        id: The task instance.
        status: `running`, `ok`, `cached`, `skipped` or `failed`.
        duration: How many seconds it took; None while it runs.
        calls: How many calls it makes, if it is mapped or a loop.
        error: Why it failed.
        reason: Why it was skipped, if the spec says it; or why it did not have to run.
        cached: How many of its calls were taken from the cache, if it is cached.
    """

    id: str
    status: str = "running"
    duration: float | None = None
    calls: int | None = None
    error: str | None = None
    reason: str | None = None
    cached: int | None = None

    @property
    def label(self) -> str:
        """Its id, with the number of its calls if it is mapped."""
        if self.calls is None:
            return self.id
        cached = f", {self.cached} cached" if self.cached and self.status != "cached" else ""
        return f"{self.id} ({self.calls} call{'' if self.calls == 1 else 's'}{cached})"


class Checkpoint(NamedTuple):
    """A checkpoint that a run has come to: its name, the step before it, and when, in seconds since the epoch."""

    name: str
    step: str
    time: float


class Steps:
    """Collects the steps of a run from its events.

    Attributes:
        total: How many steps the workflow has; None until it says so.
        checkpoints: Those that the run has come to.
        waiting: The step whose approval the run has ended to wait for.
    """

    def __init__(self) -> None:
        self.total: int | None = None
        self.checkpoints: list[Checkpoint] = []
        self.waiting: str | None = None
        self._steps: dict[str, Step] = {}

    def __iter__(self) -> Any:
        return iter(list(self._steps.values()))

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def running(self) -> str | None:
        """The step that started last among those that have not ended."""
        return next((step.id for step in reversed(list(self._steps.values())) if step.status == "running"), None)

    def observe(self, event: WorkflowEvent) -> Step | None:
        """Take an event of the run; the step that it belongs to."""
        if event.kind is EventKind.START:
            self.total = event.steps
        self.waiting = event.waiting or self.waiting
        if event.step is None:
            return None
        if event.kind is EventKind.STEP_CHECKPOINT:
            self.checkpoints.append(Checkpoint(event.checkpoint or "", event.step, event.time))
            return None
        step = self._steps.setdefault(event.step, Step(event.step))
        step.status = _STATUS.get(event.kind, step.status)
        step.duration = event.duration if event.duration is not None else step.duration
        if event.round is not None:
            step.calls = event.round + 1
        elif event.method != "call" and event.calls is not None:
            step.calls = event.calls
        step.error = event.error or step.error
        step.reason = event.reason or step.reason
        step.cached = event.cached
        if step.status == "ok" and event.cached and event.cached >= (event.calls or 1):
            step.status = "cached"
        return step

    def as_json(self) -> list[dict[str, Any]]:
        """The steps in the order in which they started, as JSON values."""
        return [{**asdict(step), "duration": _rounded(step.duration)} for step in self]


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
