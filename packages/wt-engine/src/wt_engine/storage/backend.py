"""What a store must be able to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from wt_engine.storage.models import (
    CheckpointRecord,
    EventRow,
    NewRun,
    PlanFacts,
    RunEnd,
    RunRecord,
    RunStatus,
    StepRecord,
    StepRow,
    StoredEvent,
)

Durability = Literal["step", "power", "run"]
"""What a recorded end survives: the death of the process, that of the machine, or what has been written in the
background by then."""


class RunWriter(Protocol):
    """Writes what runs say; numbers of runs are those that `begin` and `resume` have given."""

    def begin(self, run: NewRun, plan: PlanFacts | None = None) -> int:
        """Write that a run, or a sub-pipeline of one, begins; returns its number."""

    def resume(self, run_id: str, plan: PlanFacts) -> dict[str, int]:
        """Take over a run that nobody runs; returns its number and those of its sub-pipelines, by id."""

    def write(self, steps: Sequence[StepRow], events: Sequence[EventRow]) -> None:
        """Write calls and events, all or none."""

    def rest(self) -> None:
        """Say that nothing more is written for a while."""

    def beat(self, run: int) -> None:
        """Write that the run's process lives."""

    def end(self, run: int, how: RunEnd) -> None:
        """Write how a run ended."""


@dataclass(frozen=True, slots=True)
class RecordedPart:
    """What a run, or a sub-pipeline, began with.

    Attributes:
        run_id: Its id.
        parent_run_id: The run above, for a sub-pipeline.
        parent_call: The number of the call above.
        state: The initial state, as the codec wrote it.
        shared: Where that is in the state of the run above, if it is a part of it.
    """

    run_id: str
    parent_run_id: str | None
    parent_call: int | None
    state: str | None
    shared: str | None


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """Everything that a run is resumed from.

    Attributes:
        run: The run.
        plan: What mattered of its plan, as JSON.
        parts: It and its sub-pipelines, by id.
        steps: The recorded calls of all of them, in the order in which they ended.
        last_seq: The number of its last event.
        last_numbers: The highest number of a call, by run.
    """

    run: RunRecord
    plan: str | None
    parts: Mapping[str, RecordedPart]
    steps: Sequence[StepRecord]
    last_seq: int
    last_numbers: Mapping[str, int]


@runtime_checkable
class StorageBackend(Protocol):
    """Keeps the records of runs."""

    def save_run(self, run: RunRecord) -> None:
        """Keep a run; one that is known is brought up to date."""

    def append_events(self, run_id: str, events: Sequence[StoredEvent]) -> None:
        """Keep events of a run; those whose `seq` is known are left as they are."""

    def get_run(self, run_id: str) -> RunRecord | None:
        """A run by its id."""

    def list_runs(self, status: RunStatus | str | None = None, limit: int = 100, offset: int = 0) -> list[RunRecord]:
        """Runs, the latest first, without sub-pipelines."""

    def get_events(self, run_id: str, type: str | None = None) -> list[StoredEvent]:  # noqa: A002 - a published name
        """The events of a run in their order."""

    def get_steps(self, run_id: str) -> list[StepRecord]:
        """The recorded calls of a run and its sub-pipelines, in the order in which they ended."""

    def find_runs_by_prefix(self, prefix: str, limit: int = 10) -> list[RunRecord]:
        """The runs whose id begins so."""

    def delete_run(self, run_id: str) -> bool:
        """Forget a run; whether there was one."""

    def save_checkpoint(self, run_id: str, checkpoint: CheckpointRecord) -> None:
        """Keep a state of a run by name."""

    def checkpoints(self, run_id: str, name: str | None = None) -> list[CheckpointRecord]:
        """The named states of a run, the oldest first."""

    def writer(self, durability: Durability = "step") -> RunWriter:
        """What a runner writes with."""

    def recorded(self, run_id: str) -> RecordedRun:
        """What a run is resumed from."""
