"""What is known of a run that is resumed: its states as they were, and what each of its parts had done."""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from wt_engine.codec import Codec
from wt_engine.codec_forms import fields_of
from wt_engine.deltas import apply
from wt_engine.ends import Outcome
from wt_engine.errors import PipelineValidationWarning, RunEndedError, UnrecordableError
from wt_engine.events import NodeKind
from wt_engine.fingerprint import PlanChangedError, differences
from wt_engine.injection import MISSING
from wt_engine.storage.backend import RecordedPart, RecordedRun
from wt_engine.storage.models import PlanFacts, RunStatus, StepRecord


class Recollection:
    """A recorded run, put together again.

    Args:
        recorded: What the store has of it.
        codec: Reads the values.
        answer: What a suspended step gets, if something.

    Attributes:
        run_id: The run.
        start: The step that it began with instead of the roots.
        times: How often it has been resumed, this time included.
        last_record: The number of the last record.
        last_seq: The number of the last event.
        states: The state of the run and of each sub-pipeline, by id.
        answer: What the first suspended step without an answer gets, or `MISSING`.
        given: The last answer that a step was given, for the parameters of that name.

    Raises:
        UnrecordableError: Something that was recorded cannot be read again.
    """

    def __init__(self, recorded: RecordedRun, codec: Codec, answer: Any = MISSING) -> None:
        self.run_id = recorded.run.run_id
        self.start = recorded.run.start
        self.times = recorded.run.resumed + 1
        self.last_record = max((step.record for step in recorded.steps), default=0)
        self.last_seq = recorded.last_seq
        self.states: dict[str, Any] = {}
        self.answer = answer
        self.given: Any = MISSING
        self._codec = codec
        self._recorded = recorded
        self._steps: dict[str, list[StepRecord]] = defaultdict(list)
        self._parts = {(part.parent_run_id, part.parent_call): part for part in recorded.parts.values()}
        self._restore()

    def steps(self, run_id: str) -> list[StepRecord]:
        """What a run, or a sub-pipeline, had recorded, in order."""
        return self._steps[run_id]

    def part(self, run_id: str, number: int) -> RecordedPart | None:
        """The sub-pipeline that a call had begun, if it had."""
        return self._parts.get((run_id, number))

    def last_number(self, run_id: str) -> int:
        """The highest number of a call."""
        return self._recorded.last_numbers.get(run_id, 0)

    def value(self, step: StepRecord) -> Any:
        """What a step had returned; None if that was not recorded."""
        return None if step.value is None else self._codec.decode(step.value)

    @property
    def suspended(self) -> bool:
        """Whether some step waits for an answer."""
        waiting: set[tuple[str, int]] = set()
        for step in self._recorded.steps:
            if step.outcome is Outcome.SUSPENDED:
                waiting.add((step.run_id, step.number))
            elif step.outcome is Outcome.ANSWERED:
                waiting.discard((step.run_id, step.number))
        return bool(waiting)

    def _restore(self) -> None:
        root = self._recorded.parts[self.run_id]
        self.states[self.run_id] = None if root.state is None else self._codec.decode(root.state)
        shared: list[RecordedPart] = []
        for step in self._recorded.steps:
            if step.run_id not in self.states:
                # Of a sub-pipeline whose call had no end, and runs again.
                continue
            self._steps[step.run_id].append(step)
            if step.delta is not None:
                apply(self.states[step.run_id], step.delta, self._codec)
                # What is a part of another state is that part again, if it has been written anew.
                for part in shared:
                    self.states[part.run_id] = self._shared(part)
            if step.outcome is Outcome.OPENED and step.kind == NodeKind.SUB:
                begun = self.part(step.run_id, step.number)
                if begun is not None and begun.run_id not in self.states:
                    self.states[begun.run_id] = self._begun(begun)
                    shared += [begun] if begun.shared is not None else []

    def _begun(self, part: RecordedPart) -> Any:
        if part.shared is not None:
            return self._shared(part)
        return None if part.state is None else self._codec.decode(part.state)

    def _shared(self, part: RecordedPart) -> Any:
        above = self.states[part.parent_run_id or ""]
        if not part.shared:
            return above
        key = self._codec.decode(part.shared)
        fields = above if isinstance(above, dict) else fields_of(above) or {}
        return fields.get(key, self.states.get(part.run_id))


def _warn(run_id: str, notes: list[str]) -> None:
    text = f"Run '{run_id}' goes on with a pipeline that has changed: {'; '.join(notes)}"
    warnings.warn(text, PipelineValidationWarning, stacklevel=5)


def recollect(
    recorded: RecordedRun,
    facts: PlanFacts,
    codec: Codec,
    answer: Any = MISSING,
    *,
    ended: bool = False,
    told: Callable[[str, list[str]], object] = _warn,
) -> Recollection:
    """Put a recorded run together again, if it can go on.

    Args:
        recorded: What the store has of it.
        facts: The plan that it is to go on with.
        codec: Reads the values.
        answer: What a suspended step gets, if something.
        ended: Whether it may have ended well: then nothing is left to do but to tell what it returned.
        told: Gets the run's id and what has changed in the plan, if that does not matter to what was recorded.

    Raises:
        RunEndedError: It has ended well, or no step of it waits for an answer.
        PlanChangedError: The plan has changed in a way that matters.
        UnrecordableError: Something that was recorded cannot be read again.
    """
    run = recorded.run
    if run.status is RunStatus.SUCCESS and not ended:
        raise RunEndedError(f"Run '{run.run_id}' has ended well; there is nothing to resume")
    if answer is not MISSING:
        try:
            codec.encode(answer)
        except UnrecordableError as error:
            raise UnrecordableError(f"the answer cannot be recorded: answer{error.where}", error.why) from error
    before, now = json.loads(recorded.plan or "null"), json.loads(facts.text)
    if before is None:
        raise RunEndedError(f"Run '{run.run_id}' was recorded without its plan, and cannot be resumed")
    mistakes, notes = differences(before, now)
    if mistakes:
        raise PlanChangedError(run.run_id, mistakes)
    if notes:
        told(run.run_id, notes)
    try:
        found = Recollection(recorded, codec, answer)
    except UnrecordableError as error:
        raise UnrecordableError(f"run '{run.run_id}' cannot be resumed{error.where}", error.why) from error
    if answer is not MISSING and not found.suspended:
        raise RunEndedError(f"No step of run '{run.run_id}' waits for an answer; resume it without one")
    return found
