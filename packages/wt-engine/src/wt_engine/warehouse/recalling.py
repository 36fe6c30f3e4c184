"""What a pipeline knows of its recorded runs, to go on with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wt_engine.errors import DefinitionError
from wt_engine.injection import MISSING
from wt_engine.plan import Plan
from wt_engine.warehouse.building import Building
from wt_engine.warehouse.view import View

if TYPE_CHECKING:
    from wt_engine.recollection import Recollection
    from wt_engine.recording import Recording
    from wt_engine.storage.backend import RecordedRun


class Unwritten:
    """A codec for records that are to hold no data: what happened is kept, and nothing of what it happened with."""

    def encode(self, value: Any) -> str:  # noqa: ARG002 - the name is that of the protocol
        """Nothing."""
        return "null"

    def decode(self, text: str) -> None:
        """Nothing."""


def recollected(pipeline: Building, run_id: str, answer: Any, recording: Recording | None = None) -> Recollection:
    """A recorded run, put together again.

    Args:
        pipeline: The pipeline that it is a run of.
        run_id: The run.
        answer: What its suspended step gets, or `MISSING`.
        recording: How it was recorded, instead of as the pipeline says.

    Raises:
        DefinitionError: The pipeline is not recorded, or is not the one that the run began with.
        RunNotFoundError: There is no such run.
        RunEndedError: It has ended well, or waits for no answer.
        StoreError: The store cannot be read.
        UnrecordableError: Something that was recorded cannot be read again.
        TypeError: The answer is no mapping, and the step has no parameter that gets it.
    """
    from wt_engine.recollection import recollect

    recording = recording or pipeline.prepared()[1].recording
    if recording is None:
        text = f"Pipeline '{pipeline.name}' has no store to resume from; give it one with Pipeline(tracking_db=...)"
        raise DefinitionError(text)
    if isinstance(recording.codec, Unwritten):
        raise DefinitionError(f"runs of pipeline '{pipeline.name}' hold no data (save_json_input_output=False)")
    recorded = recording.backend.recorded(run_id)
    if answer is not MISSING and not isinstance(answer, Mapping):
        _check_answer(recorded, pipeline.prepared()[0], answer)
    found = recollect(recorded, recording.facts, recording.codec, answer)
    for part, state in found.states.items():
        if isinstance(state, View):
            state.reached = {checkpoint.name for checkpoint in recording.backend.checkpoints(part)}
    return found


def _check_answer(recorded: RecordedRun, plan: Plan, answer: Any) -> None:
    waiting: dict[tuple[str, int], str] = {}
    for step in recorded.steps:
        if step.outcome == "suspended":
            waiting[step.run_id, step.number] = step.node
        elif step.outcome == "answered":
            waiting.pop((step.run_id, step.number), None)
    for (run_id, _), name in waiting.items():
        if run_id != recorded.run.run_id or not plan.nodes[plan.index[name]].callee.recipe.wants_answer:
            raise TypeError(
                f"the answer to step '{name}' must be a mapping to merge into the warehouse, not "
                f"{type(answer).__name__}; or give the step a parameter 'answer', and it runs again with it"
            )
        return
