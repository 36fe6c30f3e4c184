"""What a run of a pipeline comes to: the warehouse, or what the caller of a function would get, an exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wt_engine.errors import MapItemsError, PipelineCancelled, SubPipelineError
from wt_engine.failures import FailureKind, FailureRecord, primary
from wt_engine.outcome import PipelineEndData, PipelineTerminalStatus


class Warehouse(dict[str, Any]):
    """The warehouse at the end of a run: a dictionary that also says which run it comes from.

    Attributes:
        run_id: The run.
        status: How it ended.
        errors: Its failures, in a pipeline that goes on after them.
    """

    def __init__(self, values: Mapping[str, Any], run_id: str, end: PipelineEndData) -> None:
        super().__init__(values)
        self.run_id = run_id
        self.status = end.status
        self.errors: tuple[FailureRecord, ...] = end.errors


class PipelineTimeoutError(TimeoutError):
    """A run took longer than its `timeout=`."""


class PipelineSuspended(Exception):  # noqa: N818 - no error: somebody must answer before the run goes on
    """A step has suspended the run.

    Args:
        reason: What it waits for.
        run_id: The run, to resume it.
        warehouse: What there is so far.
    """

    def __init__(self, reason: Any, run_id: str, warehouse: Mapping[str, Any]) -> None:
        self.reason = reason
        self.run_id = run_id
        self.warehouse = dict(warehouse)
        super().__init__(f"run {run_id} is suspended: {reason}")


class PipelineError(RuntimeError):
    """A run failed without an exception of a step's: what it says is all there is."""


def conclude(
    pipeline: str, run_id: str, end: PipelineEndData, values: Mapping[str, Any], *, goes_on: bool
) -> Warehouse:
    """What the caller of `run` gets.

    Args:
        pipeline: The pipeline's name.
        run_id: The run.
        end: How it ended.
        values: The warehouse.
        goes_on: Whether failures are left to the caller to look at.

    Raises:
        BaseException: What the step raised that failed first.
        PipelineTimeoutError: The run took too long.
        PipelineCancelled: It was cancelled.
        PipelineSuspended: A step suspended it.
    """
    if end.status is PipelineTerminalStatus.TIMEOUT:
        raise PipelineTimeoutError(end.error)
    if end.status is PipelineTerminalStatus.CANCELLED:
        raise PipelineCancelled(end.error)
    first = primary(end.errors)
    if end.status is PipelineTerminalStatus.FAILED and not goes_on:
        raise original(first, pipeline, run_id, end)
    if end.suspended:
        raise PipelineSuspended(end.reason, run_id, values)
    return Warehouse(values, run_id, end)


def original(first: FailureRecord | None, pipeline: str, run_id: str, end: PipelineEndData) -> BaseException:
    """What the step raised that failed first, with a note of which step and run it was."""
    error = first.exception if first else None
    while isinstance(error, SubPipelineError | MapItemsError) and error.__cause__ is not None:
        error = error.__cause__
    if first is None or error is None:
        return PipelineError(f"pipeline '{pipeline}' failed: {end.error}")
    place = f"in step '{first.step}' of" if first.kind is FailureKind.STEP else "in"
    about = f"{place} pipeline '{pipeline}', run {run_id}"
    if about not in getattr(error, "__notes__", ()):
        error.add_note(about)
    return error
