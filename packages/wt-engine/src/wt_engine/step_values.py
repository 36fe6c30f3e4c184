"""What the steps of a workflow have returned, for those that come after them."""

from __future__ import annotations

from typing import Any

from wt_contracts.skip import SKIP_SENTINEL, Skipped

from wt_engine.injection import MISSING, Occasion, Source, Surroundings
from wt_engine.lost_value import Lost


class WorkflowError(RuntimeError):
    """A run that ended without a result, for another reason than the failure of a step."""


def kept_source(name: str, place: int) -> Source:
    """What a step has returned, unless a run that was resumed has lost it."""

    def value(run: Surroundings, _: Occasion) -> Any:
        return kept(name, run.values.get(place, MISSING))

    return value


def kept(name: str, value: Any) -> Any:
    """A value that a run has, or had kept; the sentinel for a step that was skipped as a whole.

    Raises:
        WorkflowError: It could not be kept when the run was recorded.
    """
    if isinstance(value, Lost):
        message = f"the value of step '{name}' could not be kept ({value.why}), so the run cannot go on; begin it anew"
        raise WorkflowError(message)
    return SKIP_SENTINEL if isinstance(value, Skipped) else value
