"""What can go wrong with a pipeline itself, apart from what its steps raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class DefinitionError(Exception):
    """The graph of steps is wrong.

    Args:
        message: What is wrong.
        step_name: The step it is about.
        place: `file:line` of the decorated function, if there is one.
    """

    def __init__(self, message: str, step_name: str = "system", place: str | None = None) -> None:
        self.step_name = step_name
        self.place = place
        super().__init__(f"{message}\n  --> {place}" if place else message)


class PipelineValidationWarning(UserWarning):
    """Something about the graph that works and is probably not meant."""


class PipelineCancelled(Exception):  # noqa: N818 - the name is part of the published interface
    """The run was cancelled; `CancellationToken.checkpoint` raises it inside a step."""


class StepTimeoutError(TimeoutError):
    """A step took longer than its `timeout=`."""


class BarrierTimeoutError(TimeoutError):
    """Not all parents of a step arrived within its `barrier_timeout=`."""


class UnknownStepError(LookupError):
    """A step asked to go on with a step that does not exist."""


class RetriesExceededError(RuntimeError):
    """A step returned `Retry()` more often than the pipe's `max_retries` allows."""


class ProcessDiedError(RuntimeError):
    """The process of a step ended instead of returning: `os._exit`, a crash, or something killed it.

    Args:
        step: Which step.
        exit_code: The exit code; negative for a signal, None if there was no process.
        when: When it happened, if not while the step ran.
    """

    def __init__(self, step: str, exit_code: int | None, when: str = "") -> None:
        self.step = step
        self.exit_code = exit_code
        self.when = when
        super().__init__(f"Step '{step}': its process {_ending(exit_code)}{f' {when}' if when else ''}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.step, self.exit_code, self.when)


class RunEndedError(RuntimeError):
    """A run cannot be resumed, because there is nothing left of it to do."""


class ResumeError(RuntimeError):
    """The record of a run does not fit the plan that it is to go on with."""


class RecordedError(RuntimeError):
    """A failure that a resumed run had before; its text is all that was recorded of it."""


class MapItemsError(RuntimeError):
    """Some items of a map failed; the first failure is the cause."""


class SubPipelineError(RuntimeError):
    """A sub-pipeline did not succeed; what it failed with is the cause.

    Args:
        message: What happened.
        failed_step: The step of the sub-pipeline that failed, if it was one.
    """

    def __init__(self, message: str, failed_step: str | None = None) -> None:
        self.failed_step = failed_step
        super().__init__(message)


def _ending(exit_code: int | None) -> str:
    if exit_code is None:
        return "was ended"
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    import signal

    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f"was killed by {name}{' (perhaps for want of memory)' if name == 'SIGKILL' else ''}"


class UnrecordableError(TypeError):
    """A value cannot be recorded.

    Args:
        where: Which part of the value, as an expression that follows the value's name; empty for the whole.
        why: What is wrong with it.
    """

    def __init__(self, where: str, why: str) -> None:
        self.where = where
        self.why = why
        super().__init__(f"{where}: {why}" if where else why)


def place_of(function: Callable[..., Any]) -> str | None:
    """`file:line` where a function is defined, decorators included; None for one that is not written in Python."""
    function = getattr(function, "func", function)
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else None


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """A sentence with the candidate that was most likely meant, or nothing; starts with a space."""
    # Only a mistake pays for importing the models that stand beside this function.
    from wt_contracts.diagnostics import near_miss

    found = near_miss(name, candidates)
    return f" Did you mean '{found}'?" if found else ""
