"""What became of each step of a run, from what the steps say."""

from __future__ import annotations

from typing import Any

from wt_contracts.step_event import StepEvent

_STATUS = {"STEP_START": "running", "STEP_END": "ok", "STEP_SKIPPED": "skipped", "STEP_ERROR": "failed"}


class StepHistory:
    """Collects the steps of a run; a value of `wt_contracts.provenance.RunStep` for each."""

    def __init__(self) -> None:
        self._steps: dict[str, dict[str, Any]] = {}

    def observe(self, event: StepEvent) -> None:
        """Take what a step says; the end of a loop says how many rounds it had."""
        if event.kind in ("STEP_ROUND", "STEP_CHECKPOINT"):
            return
        step = self._steps.get(event.step)
        if step is None or event.kind == "STEP_START":
            started = event.time - (event.duration or 0)
            step = self._steps[event.step] = {"id": event.step, "method": event.method, "started": started}
        step["status"] = _STATUS[event.kind]
        if event.calls is not None and event.method != "call":
            step["calls"] = event.calls
        if event.duration is not None:
            step["duration"] = round(event.duration, 6)
        for name in ("error", "reason", "cached"):
            value = getattr(event, name)
            if value is not None:
                step[name] = value
        if event.kind == "STEP_END" and event.cached and event.cached >= (event.calls or 1):
            step["status"] = "cached"

    def steps(self, order: list[str], known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """All steps.

        Args:
            order: The ids of those that the workflow has; others follow.
            known: What earlier sessions of the run tell of steps that this one did not come to.
        """
        ids = dict.fromkeys([*order, *known, *self._steps])
        return [self._steps.get(name) or known.get(name) or {"id": name, "status": "not-run"} for name in ids]
