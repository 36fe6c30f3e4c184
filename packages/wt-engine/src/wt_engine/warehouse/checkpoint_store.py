"""`CheckpointManager`: runs by a name of the user's, which go on where they were if they did not end well."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from time import time
from typing import Any

from wt_engine.codec import Codec, TaggedCodec
from wt_engine.errors import DefinitionError
from wt_engine.keeping import Keeping
from wt_engine.plan import Plan
from wt_engine.recollection import Recollection
from wt_engine.run import Settings
from wt_engine.storage import CheckpointRecord, RunRecord, RunStatus, SQLiteBackend
from wt_engine.warehouse.forms import register_forms

_PAGE = 200
_ID = "checkpoint_id"


class CheckpointManager:
    """Keeps runs under names, in a store: `pipeline.run(data, checkpoint_mgr=..., checkpoint_id="nightly")`.

    A run whose last one of that name did not end well goes on with that one, inside loops, branches and parallel steps
    too; else it begins anew.

    Args:
        db_path: The path of a store, or a store.
        codec: Writes what is in the warehouse.
    """

    def __init__(self, db_path: str | os.PathLike[str] | SQLiteBackend, codec: Codec | None = None) -> None:
        register_forms()
        self.store = db_path if isinstance(db_path, SQLiteBackend) else SQLiteBackend(db_path)
        self._codec = codec

    def save_checkpoint(self, checkpoint_id: str, step: str, data: Mapping[str, Any]) -> None:
        """Keep data under a name by hand.

        Args:
            checkpoint_id: The name.
            step: After what.
            data: What to keep.

        Raises:
            UnrecordableError: It cannot be written.
            StoreError: The store cannot be written.
        """
        run = self.last_run(checkpoint_id)
        if run is None:
            run = RunRecord(os.urandom(16).hex(), checkpoint_id, RunStatus.SUSPENDED, time(), meta={_ID: checkpoint_id})
            self.store.save_run(run)
        text = self._reader().encode(dict(data))
        self.store.save_checkpoint(run.run_id, CheckpointRecord(step, text, step, time()))

    def get_last_checkpoint(self, checkpoint_id: str) -> dict[str, Any] | None:
        """What was last kept under a name.

        Returns:
            `checkpoint_id`, `run_id`, `step` (after which), `data` (the warehouse), `status`, `created_at` (in seconds
            since the epoch); None if there is nothing.

        Raises:
            StoreError: The store cannot be read.
        """
        run = self.last_run(checkpoint_id)
        if run is None:
            return None
        about = {"checkpoint_id": checkpoint_id, "run_id": run.run_id, "status": run.status.value}
        if run.plan_hash is None:
            last = self.store.checkpoints(run.run_id)[-1]
            return {
                **about,
                "step": last.step,
                "data": self._reader().decode(last.state),
                "created_at": last.created_at,
            }
        recorded = self.store.recorded(run.run_id)
        own = [step for step in recorded.steps if step.run_id == run.run_id and step.outcome == "ended"]
        state = Recollection(recorded, self._reader()).states[run.run_id]
        last_step = own[-1] if own else None
        ended = last_step.ended_at if last_step else run.started_at
        return {**about, "step": last_step.node if last_step else None, "data": state.plain(), "created_at": ended}

    def can_resume(self, checkpoint_id: str) -> bool:
        """Whether the last run of a name did not end well, so that the next one goes on with it."""
        run = self.last_run(checkpoint_id)
        return (
            run is not None and run.plan_hash is not None and run.status not in (RunStatus.SUCCESS, RunStatus.RUNNING)
        )

    def clear_checkpoints(self, checkpoint_id: str) -> int:
        """Forget what is kept under a name; returns how many runs that were."""
        runs = list(self._runs(checkpoint_id))
        return sum(self.store.delete_run(run.run_id) for run in runs)

    def get_checkpoint_stats(self, checkpoint_id: str | None = None) -> dict[str, Any]:
        """How many runs are kept, under one name or any.

        Returns:
            `total`, `by_status`, `resumable` (names), `latest` (in seconds since the epoch, or None).
        """
        runs = list(self._runs(checkpoint_id))
        known = dict.fromkeys(str(run.meta[_ID]) for run in runs)
        return {
            "total": len(runs),
            "by_status": dict(Counter(run.status.value for run in runs)),
            "resumable": [name for name in known if self.can_resume(name)],
            "latest": max((run.started_at for run in runs), default=None),
        }

    def last_run(self, checkpoint_id: str) -> RunRecord | None:
        """The last run of a name."""
        return next(self._runs(checkpoint_id), None)

    def settings(self, plan: Plan, settings: Settings, checkpoint_id: str) -> Settings:
        """The settings of a run under a name."""
        metadata = {**settings.metadata, _ID: checkpoint_id}
        return replace(settings, recording=Keeping(self.store, codec=self._codec).of(plan, None), metadata=metadata)

    def _runs(self, checkpoint_id: str | None) -> Iterator[RunRecord]:
        offset = 0
        while page := self.store.list_runs(limit=_PAGE, offset=offset):
            for run in page:
                if _ID in run.meta and checkpoint_id in (None, run.meta[_ID]):
                    yield run
            offset += len(page)

    def _reader(self) -> Codec:
        return self._codec or TaggedCodec()


def checked(manager: Any, checkpoint_id: Any) -> None:
    """Check that a manager and a name go together.

    Raises:
        DefinitionError: One of them is missing, or is something else.
    """
    if not isinstance(manager, CheckpointManager) or not isinstance(checkpoint_id, str):
        raise DefinitionError("run(checkpoint_mgr=..., checkpoint_id=...) takes a CheckpointManager and a name")
