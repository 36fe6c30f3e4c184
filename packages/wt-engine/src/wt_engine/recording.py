"""Whether and how the runs of a pipeline are recorded."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Any

from wt_engine.codec import Codec, TaggedCodec
from wt_engine.declared_types import DeclaredTypes, hints_of
from wt_engine.deltas import StateTracker
from wt_engine.errors import DefinitionError, UnrecordableError
from wt_engine.failures import FailureKind, FailureReason, FailureSource, text_of
from wt_engine.fingerprint import facts_of
from wt_engine.outcome import PipelineTerminalStatus
from wt_engine.plan import Plan
from wt_engine.recorder import Recorder
from wt_engine.runlog import MOST, RunLog
from wt_engine.storage.backend import Durability, StorageBackend
from wt_engine.storage.errors import StoreError
from wt_engine.storage.models import NewRun, PlanFacts
from wt_engine.storage.sqlite import SQLiteBackend

if TYPE_CHECKING:
    from wt_engine.recollection import Recollection
    from wt_engine.run import Run

LAG = 0.05
"""Seconds that a record may lag behind its run, if its durability is that of the run."""

DURABILITIES = ("step", "power", "run")


@dataclass(frozen=True, slots=True)
class Recording:
    """How runs are recorded.

    Attributes:
        backend: Where.
        durability: What a recorded end survives.
        codec: Writes values.
        facts: The plan, as the store keeps it.
        most: How many rows are collected before they are written.
    """

    backend: StorageBackend
    durability: Durability
    codec: Codec
    facts: PlanFacts = field(repr=False)
    most: int = MOST

    def begin(self, run: Run, start: str | None) -> None:
        """Begin to record a run.

        Raises:
            UnrecordableError: Its state cannot be recorded.
            StoreError: The store cannot be written.
        """
        try:
            tracker = StateTracker(run.state, self.codec)
        except UnrecordableError as error:
            raise UnrecordableError(f"the run cannot be recorded: its state{error.where}", error.why) from error
        log = self._log(run)
        said = json.dumps(dict(run.settings.metadata), default=str) if run.settings.metadata else None
        run_id = run.publisher.origin.run_id
        about = NewRun(run_id, run.plan.name, time(), start=start, state=tracker.initial, meta=said)
        number = log.begin(about, self.facts)
        run.recorder = Recorder(log, run, self.codec, tracker, number)

    def resume(self, run: Run, recollection: Recollection) -> None:
        """Go on to record a run.

        Raises:
            StoreError: Another process runs it, or the store cannot be written.
        """
        log = self._log(run)
        log.resume(recollection.run_id, self.facts, recollection.last_record)
        tracker = StateTracker(run.state, self.codec)
        run.recorder = Recorder(log, run, self.codec, tracker, log.root)

    def _log(self, run: Run) -> RunLog:
        def failed(error: StoreError) -> None:
            run.journal.fail(FailureKind.INFRA, FailureReason.STORE_ERROR, "system", error, {}, FailureSource.FRAMEWORK)
            run.abort(PipelineTerminalStatus.FAILED, text_of(error))

        delay = LAG if self.durability == "run" else None
        log = RunLog(self.backend, self.backend.writer(self.durability), failed, self.most, delay)
        run.publisher.tap = log.tap
        return log


def recording(
    store: StorageBackend | str | os.PathLike[str],
    durability: Durability,
    codec: Codec | None,
    plan: Plan,
    state_type: Any,
    most: int | None = None,
) -> Recording:
    """How the runs of a plan are recorded.

    Args:
        store: Where, or the path of a file.
        durability: What a recorded end survives.
        codec: Writes values; without it, a `TaggedCodec` that knows the classes of all annotations.
        plan: The plan.
        state_type: The declared type of the state, or None.
        most: How many rows are collected before they are written.

    Raises:
        DefinitionError: A declared type cannot be recorded, or the durability is none.
    """
    if durability not in DURABILITIES:
        raise DefinitionError(f"durability must be 'step', 'power' or 'run', not {durability!r}")
    if codec is None:
        declared = DeclaredTypes()
        if state_type is not None:
            declared.add(state_type, "the state")
        _look_at(declared, plan)
        if declared.mistakes:
            where, kind = declared.mistakes[0]
            raise DefinitionError(
                f"Pipeline '{plan.name}' cannot be recorded: {where} is declared as {kind}, which cannot be written as "
                f"data. Keep it in the context, or give a codec that can"
            )
        codec = TaggedCodec(declared.classes)
    backend = store if isinstance(store, StorageBackend) else SQLiteBackend(store)
    return Recording(backend, durability, codec, facts_of(plan), most or MOST)


def _look_at(declared: DeclaredTypes, plan: Plan) -> None:
    """Add what the steps return, where that is recorded."""
    for node in plan.nodes:
        answer = hints_of(node.callee.call).get("return")
        if answer is not None and (node.keeps or node.each is not None):
            declared.add(answer, f"the value of step '{node.name}'")
        if node.pipeline is not None:
            _look_at(declared, node.pipeline.prepared()[0])
