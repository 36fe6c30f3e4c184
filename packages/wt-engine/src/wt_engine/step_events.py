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


class StepEvents:
    """Remembers what is needed to tell of the end of a step.

    Args:
        plan: The plan that is run.
        methods: How each step is called: `call`, `map`, `mapvalues` or `loop`. Nothing is told of other steps.
        runner: The run.
    """

    def __init__(self, plan: Plan, methods: Mapping[str, str], runner: Runner) -> None:
        self._plan = plan
        self._methods = methods
        self._runner = runner
        self._began: dict[str, float] = {}
        self._calls: dict[str, int] = {}

    def of(self, event: Event) -> StepEvent | None:
        """What to tell of an event, if anything."""
        method = self._methods.get(event.stage)
        if method is None:
            return self._round(event)
        step = event.stage
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
