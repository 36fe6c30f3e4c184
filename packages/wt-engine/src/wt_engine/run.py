"""What belongs to one run and is shared by all that work on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wt_engine.call import Call
from wt_engine.cancellation import CancellationToken
from wt_engine.crew import Crew
from wt_engine.failures import FailureClassification
from wt_engine.forensics import Evidence, Forensics
from wt_engine.injection import MISSING
from wt_engine.journal import Journal
from wt_engine.maps import MapFrame
from wt_engine.meta import RunScopes
from wt_engine.outcome import PipelineTerminalStatus
from wt_engine.plan import Plan
from wt_engine.processes import Processes
from wt_engine.publisher import EventHook, Publisher
from wt_engine.share import Need, Share
from wt_engine.snapshot import Secrets
from wt_engine.threads import Threads

if TYPE_CHECKING:
    from wt_engine.recollection import Recollection
    from wt_engine.recorder import Recorder
    from wt_engine.recording import Recording

OnFailure = Literal["finish", "stop", "continue"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a pipe has decided for its runs.

    Attributes:
        on_failure: What a failed step means: its dependants do not run (`finish`), everything stops (`stop`), or
            everything goes on as if it had returned nothing (`continue`).
        queue_size: How many events wait for their reader; 0 for any number.
        max_map_items: How many items a streaming map may give.
        max_retries: How often a call may run because of `Retry()`.
        classification: The rules for whose failure something is.
        hooks: Functions that every event passes.
        observers: Who watches, and how many events each may fall behind.
        token: Cancels all runs of the pipe.
        recording: How its runs are recorded, if they are.
        metadata: What its author has said of it.
        notes: What else each run is to say about it, once it has started.
        total: What its calls share; None for all that the machine has.
        evidence: What is kept of failures.
        meta_field: The field of the context that gets the `Meta`, if there is one.
        suspends_alone: Whether a step that suspends the run holds up only what depends on it.
    """

    on_failure: OnFailure
    queue_size: int
    max_map_items: int
    max_retries: int
    classification: FailureClassification | None
    hooks: tuple[EventHook, ...]
    observers: tuple[tuple[Any, int], ...]
    token: CancellationToken
    recording: Recording | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Mapping[str, Any], ...] = ()
    total: Need | None = None
    evidence: Evidence = field(default_factory=Evidence)
    meta_field: str | None = None
    suspends_alone: bool = False


class Run:
    """One run.

    Attributes:
        limited: Whether the run may end while a sync step is still at work, because of a timeout.
        ending: How the run is being cut short, and why, if it is.
        stopping: Whether a step has asked to start nothing more.
        suspended: The `Suspend` that the run ends with, if one came: of several the one of the first step in the plan.
        frames: The maps in progress.
        inner: The sub-pipelines that run now, which are cut short with this run.
        recorder: Records it, if it is recorded.
        recollection: What it goes on from, if it was resumed.
        folding: Whether what was recorded happens again, and nothing new.
        scopes: What steps say about themselves, if the context declares a `Meta`.
        share: What the calls of the run share, of which there is only so much.
        values: What steps have returned, where another step wants it, by their place in the plan.
    """

    def __init__(
        self,
        plan: Plan,
        settings: Settings,
        state: Any,
        context: Any,
        token: CancellationToken,
        publisher: Publisher,
        threads: Threads,
        timeout: float | None,
    ) -> None:
        self.plan = plan
        self.settings = settings
        self.state = state
        self.context = context
        self.token = token
        self.publisher = publisher
        self.threads = threads
        self.timeout = timeout
        self.limited = timeout is not None
        self.forensics = Forensics(settings.evidence)
        self.journal = Journal(settings.classification, self.forensics)
        self.recorder: Recorder | None = None
        self.recollection: Recollection | None = None
        self.folding = False
        self.scopes: RunScopes | None = None
        self.values: dict[int, Any] = {}
        self.frames: dict[int, MapFrame] = {}
        self.ending: tuple[PipelineTerminalStatus, str] | None = None
        self.stopping = False
        self.suspended: Any = None
        self._suspended_by = -1
        self.inner: list[Run] = []
        self.crew: Crew
        self.processes: Processes
        self.share: Share
        self.sub: Callable[[Call, Any, Any], Any]

    @property
    def secrets(self) -> Secrets:
        """What must not be shown."""
        return self.settings.evidence.secrets

    @property
    def answer(self) -> Any:
        """What a suspended step waited for, if the run was resumed with that; else `MISSING`."""
        return MISSING if self.recollection is None else self.recollection.given

    def said_in(self, number: int) -> dict[str, Any] | None:
        """What an invocation that is over has said about itself; None if it could not."""
        return None if self.scopes is None else self.scopes.taken(number)

    def abort(self, status: PipelineTerminalStatus, text: str) -> None:
        """Cut the run short: interrupt what runs, start nothing more. The first reason counts."""
        if self.ending is None:
            self.ending = (status, text)
            self.crew.cancel()
            for inner in self.inner:
                inner.abort(PipelineTerminalStatus.CANCELLED, text)

    def suspend(self, place: int, said: Any) -> None:
        """Note that a step has suspended the run.

        Args:
            place: The step's place in the plan.
            said: What it has returned.
        """
        if self.suspended is None or place < self._suspended_by:
            self.suspended, self._suspended_by = said, place

    def stop(self) -> list[MapFrame]:
        """Start nothing more; what runs may finish.

        Returns:
            The maps that wait for nothing any more, now that no further items go out; innermost first.
        """
        self.stopping = True
        for unit in self.crew.drop():
            frame = getattr(unit, "frame", None)
            if frame is not None:
                frame.pending -= 1
        for frame in self.frames.values():
            frame.give_up()
            frame.queued = False
        return [frame for frame in reversed(self.frames.values()) if not frame.pending]
