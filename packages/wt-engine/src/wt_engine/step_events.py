"""From the events of a workflow's run to what is told of its steps outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wt_contracts.skip import Skipped, SkipSentinel
from wt_contracts.step_event import StepEvent, StepEventKind

from wt_engine.events import Event, EventType
from wt_engine.rounds import LOOP, ROUND

if TYPE_CHECKING:
    from wt_engine.plan import Plan
    from wt_engine.runner import Runner


SUB = "sub"
"""The method of what decides whether the steps of a sub-workflow run."""


class StepEvents:
    """Remembers what is needed to tell of the end of a step.

    Args:
        plan: The plan that is run.
        methods: How each step is called: `call`, `map`, `mapvalues`, `loop` or `SUB`. Nothing is told of other steps.
        gates: For steps that may be skipped together, the one that decides: they are told of as that one.
        runner: The run.
    """

    def __init__(self, plan: Plan, methods: Mapping[str, str], gates: Mapping[str, str], runner: Runner) -> None:
        self._plan = plan
        self._methods = methods
        self._gates = gates
        self._runner = runner
        self._began: dict[str, float] = {}
        self._calls: dict[str, int] = {}

    def of(self, event: Event) -> StepEvent | None:
        """What to tell of an event, if anything."""
        step = event.stage
        method = self._methods.get(step)
        if method is None:
            return self._round(event)
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
            value = self._runner.values.get(step)
            if isinstance(value, Skipped):
                return self._ended("STEP_SKIPPED", event, method)._replace(reason=value.reason)
            kind: StepEventKind = "STEP_SKIPPED" if _skipped(method, value) else "STEP_END"
            return self._ended(kind, event, method)
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

    def _is_skipped(self, gate: str | None) -> bool:
        return gate is not None and isinstance(self._runner.values.get(gate), Skipped)

    def _of_sub(self, event: Event) -> StepEvent | None:
        """A sub-workflow is a step only if it is skipped; else its steps are."""
        if event.type is not EventType.STEP_END or not self._is_skipped(event.stage):
            return None
        return self._ended("STEP_SKIPPED", event, "call")._replace(reason=self._runner.values[event.stage].reason)

    def _ended(self, kind: StepEventKind, event: Event, method: str, error: str | None = None) -> StepEvent:
        step = event.stage
        duration = event.timestamp - self._began.get(step, event.timestamp)
        calls = 1 if method == "call" else self._calls.get(step)
        return StepEvent(kind, event.timestamp, step, method, calls, duration, error)


def _skipped(method: str, value: Any) -> bool:
    if method in {"call", LOOP}:
        return isinstance(value, SkipSentinel)
    results = value if method == "map" else [result for _, result in value]
    return bool(results) and all(isinstance(result, SkipSentinel) for result in results)
