"""What a store holds, as plain typed things; nothing outside this package sees a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from wt_engine.ends import Outcome


class RunStatus(StrEnum):
    """How a recorded run stands; `INTERRUPTED` is one whose process died."""

    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    CLIENT_CLOSED = "client_closed"
    SUSPENDED = "suspended"
    INTERRUPTED = "interrupted"


@dataclass(slots=True)
class RunRecord:
    """One run, or one sub-pipeline of one.

    Attributes:
        run_id: Its id.
        name: The pipeline's name.
        status: How it stands.
        started_at: When it began, in seconds since the epoch.
        ended_at: When it ended; None as long as it runs, or if its process died.
        duration_s: How long it took in seconds; of a resumed run, its last part.
        error: The text of the primary failure, or why it was cancelled.
        failed_step: The step of the primary failure.
        reason: What a suspended run waits for, or the reason of the failure.
        start: The step it began with instead of the roots.
        plan_hash: The hash of everything in the plan that matters to resuming.
        resumed: How often it was resumed.
        parent_run_id: The run that started it, for a sub-pipeline.
        root_run_id: The outermost run above it, for a sub-pipeline.
        meta: What else is known.
        process: The process that runs it or ran it last.
        heartbeat_at: When that process last said that it lives.
    """

    run_id: str
    name: str
    status: RunStatus
    started_at: float
    ended_at: float | None = None
    duration_s: float | None = None
    error: str | None = None
    failed_step: str | None = None
    reason: Any = None
    start: str | None = None
    plan_hash: str | None = None
    resumed: int = 0
    parent_run_id: str | None = None
    root_run_id: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    process: str | None = None
    heartbeat_at: float | None = None

    @property
    def over(self) -> bool:
        """Whether nobody runs it any more."""
        return self.status is not RunStatus.RUNNING


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of a run, as it was told.

    Attributes:
        seq: Its place among the events of the run, from 1.
        type: What happened, by the value of `EventType`.
        stage: Which step it happened to.
        timestamp: When, in seconds since the epoch.
        payload: What went with it, as JSON can hold it; the state is not repeated with every event.
        meta: What else was known.
        run_id: The run.
        origin_run_id: The sub-pipeline's run that it comes from, or the run itself.
        parent_run_id: The run that started the origin.
        node_kind: What the step is in the graph.
        invocation_id: The call.
        parent_invocation_id: The call that scheduled it.
        owner_invocation_id: The map or sub-pipeline that it works for.
        attempt: Which attempt of the call, from 1.
        scope: The sub-pipelines and maps above it, outermost first.
    """

    seq: int
    type: str
    stage: str
    timestamp: float
    payload: Any = None
    meta: dict[str, Any] | None = None
    run_id: str = ""
    origin_run_id: str = ""
    parent_run_id: str | None = None
    node_kind: str = "system"
    invocation_id: str | None = None
    parent_invocation_id: str | None = None
    owner_invocation_id: str | None = None
    attempt: int = 1
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One recorded call of a step.

    Attributes:
        record: Its place in the order in which the calls of the run ended.
        run_id: The run, or the sub-pipeline's run.
        number: The number of the call in that run, from 1.
        parent: The number of the call that scheduled it, 0 for a root.
        node: The step's name.
        kind: What the step is.
        owner: The number of the map's call that it works for, 0 if none.
        position: The place of its item in that map, -1 if it is no worker.
        attempt: Which attempt, from 1.
        outcome: How it ended.
        target: Where it went on, if it chose.
        started_at: When it began, in seconds since the epoch.
        ended_at: When it ended.
        error: The text of its failure.
        meta: What else is known, such as forensics.
        value: What it returned, as the codec wrote it, if somebody wants it.
        delta: What had changed in the state since the record before, as the codec wrote it.
    """

    record: int
    run_id: str
    number: int
    parent: int
    node: str
    kind: str
    owner: int
    position: int
    attempt: int
    outcome: Outcome
    target: str | None
    started_at: float | None
    ended_at: float | None
    error: str | None
    meta: dict[str, Any] | None
    value: str | None
    delta: str | None

    @property
    def duration_s(self) -> float | None:
        """Seconds from its start to its end, if both are known."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """A file that a run has made.

    Attributes:
        name: What it is called.
        uri: Where it is.
        step: The step that made it.
        media_type: What it holds.
        size: How many bytes.
        digest: The hash of its content, with the name of the algorithm before a colon.
        created_at: When, in seconds since the epoch.
    """

    name: str
    uri: str
    step: str | None = None
    media_type: str | None = None
    size: int | None = None
    digest: str | None = None
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """A state that was saved by name.

    Attributes:
        name: Which checkpoint.
        state: The state, as the codec wrote it.
        step: After which step.
        created_at: When, in seconds since the epoch.
    """

    name: str
    state: str
    step: str | None = None
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """One measurement.

    Attributes:
        name: What was measured.
        value: How much.
        unit: Of what.
        step: By which step.
        run_id: By which run; None for one that belongs to no run.
        recorded_at: When, in seconds since the epoch.
    """

    name: str
    value: float
    unit: str | None = None
    step: str | None = None
    run_id: str | None = None
    recorded_at: float = 0.0


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """A threshold that was crossed.

    Attributes:
        metric: What was measured.
        expression: The threshold, such as `> 10`.
        severity: How bad it is.
        value: What was measured.
        message: What to tell people.
        run_id: Of which run.
        fired_at: When, in seconds since the epoch.
        acknowledged_at: When somebody said to have seen it.
        acknowledged_by: Who.
        alert_id: Its number in the store, 0 before it is there.
    """

    metric: str
    expression: str
    severity: str
    value: float
    message: str
    run_id: str | None = None
    fired_at: float = 0.0
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    alert_id: int = 0


@dataclass(frozen=True, slots=True)
class ThresholdRecord:
    """A bound of a metric.

    Attributes:
        metric: What is measured.
        expression: What it must not be, such as `> 10`.
        severity: How bad that is.
        hooks: What is called then, as `module:function`.
    """

    metric: str
    expression: str
    severity: str
    hooks: tuple[str, ...] = ()


class PlanFacts(NamedTuple):
    """A plan as it is kept, once for all runs of it.

    Attributes:
        key: The hash of its text.
        digest: The hash of what matters of it to resuming.
        text: The plan as JSON.
    """

    key: str
    digest: str
    text: str


class NewRun(NamedTuple):
    """A run that begins to be recorded.

    Attributes:
        run_id: Its id.
        name: The pipeline's name.
        started_at: When it begins.
        start: The step it begins with instead of the roots.
        state: Its initial state, as the codec wrote it.
        shared: For a sub-pipeline: where its state is in the state of the run above, if it is a part of that.
        plan: The key of its plan, see `PlanFacts`.
        plan_hash: The hash of what matters of it to resuming.
        meta: What else is known, as JSON.
        parent: For a sub-pipeline: the number of the run above, as the writer gave it.
        parent_call: For a sub-pipeline: the number of the call above.
        scope: The names of the sub-pipeline steps above, as JSON.
    """

    run_id: str
    name: str
    started_at: float
    start: str | None = None
    state: str | None = None
    shared: str | None = None
    plan: str | None = None
    plan_hash: str | None = None
    meta: str | None = None
    parent: int | None = None
    parent_call: int | None = None
    scope: str = "[]"


class StepRow(NamedTuple):
    """One row of the calls, as the writer takes it; see `StepRecord`.

    Attributes:
        id: Which call: the number of the outermost run times `schema.FIRST`, and its place there.
        facts: What is known of every call, as `facts.pack` makes it.
    """

    id: int
    node: str
    facts: bytes
    value: str | None = None
    delta: str | None = None
    target: str | None = None
    error: str | None = None
    meta: str | None = None


class EventRow(NamedTuple):
    """One row of the events, as the writer takes it; see `StoredEvent`. `root` and `run` are the writer's numbers."""

    root: int
    seq: int
    run: int
    type: str
    stage: str
    timestamp: float
    number: int | None
    parent: int | None
    owner: int | None
    attempt: int | None
    kind: str | None
    scope: str | None
    payload: str | None
    meta: str | None


class RunEnd(NamedTuple):
    """How a recorded run ended; the attributes are those of `RunRecord`, `reason` as JSON."""

    status: str
    ended_at: float
    duration_s: float
    error: str | None
    failed_step: str | None
    reason: str | None
