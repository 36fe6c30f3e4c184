"""From the events of a workflow's run to what is told of its steps outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from wt_contracts.skip import Skipped, SkipSentinel
from wt_contracts.step_event import StepEvent, StepEventKind

from wt_engine.ends import Outcome
from wt_engine.events import Event, EventType
from wt_engine.lost_value import Lost
from wt_engine.rounds import LOOP, ROUND
from wt_engine.written_steps import SUB

if TYPE_CHECKING:
    from wt_engine.runner import Runner
    from wt_engine.written_steps import WrittenSteps

_ENDS = (Outcome.ENDED, Outcome.ENDED_ALONE)
_ALONE = ("call", LOOP)
"""The methods whose value is that of one call."""


class StepEvents:
    """Remembers what is needed to tell of the end of a step.

    Args:
        steps: The steps of the workflow, and which of them are told of.
        runner: The run.
        reasons: Why some steps need not run, by their names.
    """

    def __init__(self, steps: WrittenSteps, runner: Runner, reasons: Mapping[str, str]) -> None:
        self._methods = steps.methods
        self._gates = steps.gates
        self._checkpoints = steps.checkpoints
        self._runner = runner
        self._reasons = reasons
        self._began: dict[str, float] = {}
        self._calls: dict[str, int] = {}

    def tell(self, event: Event, observe: Callable[[StepEvent], object]) -> None:
        """Tell what there is to tell of an event; at the start, what had been recorded before the run went on."""
        for said in self._before() if event.type is EventType.START else (self.of(event),):
            if said is not None:
                observe(said)

    def of(self, event: Event) -> StepEvent | None:
        """What to tell of an event, if anything."""
        step = event.stage
        method = self._methods.get(step)
        if method is None:
            return self._checkpoint(event) if step in self._checkpoints else self._round(event)
        if self._is_skipped(self._gates.get(step)):
            return None
        if method == SUB:
            return self._of_sub(event)
        if event.type is EventType.STEP_START:
            self._began[step] = event.timestamp
            return StepEvent("STEP_START", event.timestamp, step, method, 1 if method == "call" else None)
        if event.type is EventType.MAP_START:
            self._calls[step] = event.payload["item_count"]
        elif event.type is EventType.STEP_END:
            kind, reason = _end_of(method, self._runner.value(step))
            return self._ended(kind, event, method)._replace(reason=reason or self._reasons.get(step))
        elif event.type is EventType.STEP_ERROR:
            return self._ended("STEP_ERROR", event, method, str(event.payload))
        return None

    def _round(self, event: Event) -> StepEvent | None:
        """What to tell of the round of a loop."""
        step = event.stage.removesuffix(f".{ROUND}")
        if event.type is not EventType.STEP_END or step == event.stage or event.invocation is None:
            return None
        number = event.invocation.position
        self._calls[step] = number + 1
        seconds = event.invocation.seconds
        return StepEvent("STEP_ROUND", event.timestamp, step, self._methods[step], duration=seconds, round=number)

    def _checkpoint(self, event: Event) -> StepEvent | None:
        """What to tell of a checkpoint: that the run has come to it."""
        if event.type is not EventType.STEP_END or self._runner.value(event.stage) is not True:
            return None
        name, step = self._checkpoints[event.stage]
        return StepEvent("STEP_CHECKPOINT", event.timestamp, step, "call", checkpoint=name)

    def _is_skipped(self, gate: str | None) -> bool:
        return gate is not None and isinstance(self._runner.value(gate), Skipped)

    def _of_sub(self, event: Event) -> StepEvent | None:
        """A sub-workflow is a step only if it is skipped; else its steps are."""
        if event.type is not EventType.STEP_END or not self._is_skipped(event.stage):
            return None
        return self._ended("STEP_SKIPPED", event, "call")._replace(reason=self._runner.value(event.stage).reason)

    def _before(self) -> Iterator[StepEvent]:
        """What to tell of steps that had ended before the run went on; their values are there again by START."""
        recollection = self._runner.recollection
        for record in recollection.steps(recollection.run_id) if recollection is not None else ():
            method = self._methods.get(record.node)
            if method is None or record.ended_at is None or record.outcome not in _ENDS:
                continue
            if self._is_skipped(self._gates.get(record.node)) or (method == SUB and not self._is_skipped(record.node)):
                continue
            method = "call" if method == SUB else method
            value = self._runner.value(record.node)
            kind, reason = _end_of(method, value)
            calls = 1 if method == "call" else len(value) if method != LOOP and isinstance(value, list) else None
            yield StepEvent(kind, record.ended_at, record.node, method, calls, record.duration_s, reason=reason)

    def _ended(self, kind: StepEventKind, event: Event, method: str, error: str | None = None) -> StepEvent:
        step = event.stage
        duration = event.timestamp - self._began.get(step, event.timestamp)
        calls = 1 if method == "call" else self._calls.get(step)
        return StepEvent(kind, event.timestamp, step, method, calls, duration, error)


def _end_of(method: str, value: Any) -> tuple[StepEventKind, str | None]:
    """How a step with this value ended, and why if it was skipped and that is known."""
    if isinstance(value, Skipped):
        return "STEP_SKIPPED", value.reason
    if isinstance(value, Lost):
        return "STEP_END", None
    results = [value] if method in _ALONE else value if method == "map" else [result for _, result in value]
    skipped = bool(results) and all(isinstance(result, SkipSentinel) for result in results)
    return ("STEP_SKIPPED" if skipped else "STEP_END"), None
