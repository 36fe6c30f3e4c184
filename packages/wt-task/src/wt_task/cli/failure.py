"""What is said of a failed run: whose step it was, and the traceback of the scientist's own code."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any, NamedTuple

_MACHINERY = (
    "asyncio",
    "concurrent",
    "importlib",
    "multiprocessing",
    "pydantic",
    "pydantic_core",
    "wt_engine",
    "wt_task",
)
"""Packages that stand between a workflow and the functions that it calls."""


class Failure(NamedTuple):
    """Why a run failed.

    Attributes:
        error: One message; names the step if it is known.
        trace: The traceback, without the frames that lead to the task's code.
        frames: Whether any frame of the task's code is in the trace.
    """

    error: str
    trace: str
    frames: bool

    @property
    def text(self) -> str:
        """What a person reads on the terminal."""
        return f"error: {self.error}\n\n{self.trace}" if self.frames else f"error: {self.error}"


def describe(error: BaseException, package: str, step: str | None) -> Failure:
    """Put an exception that ended a workflow into words.

    Args:
        error: What was raised.
        package: The name of the compiled package, whose frames say nothing about the mistake.
        step: The task instance that was running, for an exception that does not say so itself.

    Returns:
        The message and the trimmed traceback.
    """
    origin = error
    while origin.__cause__ is not None and type(origin).__module__.split(".")[0] == "wt_task":
        origin = origin.__cause__
    captured = traceback.TracebackException.from_exception(origin)
    expression = _expression(captured, package) if origin is error else None
    frames = _trim(captured, package)
    if origin is not error:
        message = str(error)
    elif expression is not None and isinstance(origin, ImportError):
        return Failure(_unimported(expression, origin), "".join(captured.format()).rstrip(), False)
    elif expression is not None:
        captured.stack = traceback.StackSummary.from_list([expression])
        frames = True
        place = f"{os.path.basename(expression.filename)}:{expression.lineno}"  # noqa: PTH119 - pathlib costs an import
        message = f"an expression of the spec, in {place}, raised {_message(captured, origin)}"
    else:
        message = _message(captured, origin)
        if step is not None and not hasattr(error, "task_instance_id"):
            verb = "" if isinstance(error, SystemExit) else "raised "
            message = f"Task instance {step!r} {verb}{message}"
    return Failure(message, "".join(captured.format()).rstrip(), frames)


def _expression(captured: traceback.TracebackException, package: str) -> traceback.FrameSummary | None:
    """The line of the run module that raised the exception itself, while it put arguments together."""
    paths = tuple(os.path.join(path, "") for path in getattr(sys.modules.get(package), "__path__", []))  # noqa: PTH118
    last = captured.stack[-1] if captured.stack else None
    return last if paths and last is not None and last.filename.startswith(paths) else None


def _unimported(line: traceback.FrameSummary, error: ImportError) -> str:
    """What a run module cannot import: a task that has gone, or an exception that `retry` names."""
    where = f"{os.path.basename(line.filename)}:{line.lineno}: {line.line}"  # noqa: PTH119 - as above
    hint = "correct the name of the task, or that of the exception in 'retry', in the spec, and compile it again"
    return f"what the workflow needs cannot be imported: {error.msg}\n  --> {where}\n  hint: {hint}"


def _message(captured: traceback.TracebackException, error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"called sys.exit({'' if error.code is None else repr(error.code)})"
    said = "".join(captured.format_exception_only()).rstrip()
    return said if not isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}"


def _trim(captured: traceback.TracebackException, package: str) -> bool:
    """Drop what leads to the task's code, in the exception and in all that it is chained to."""
    homes = _homes(package)
    seen: set[int] = set()
    pending: list[Any] = [captured]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        frames = list(current.stack)
        while frames and frames[0].filename.startswith(homes):
            del frames[0]
        current.stack = traceback.StackSummary.from_list(frames)
        pending += [current.__cause__, current.__context__, *(current.exceptions or ())]
    return bool(captured.stack) or captured.__cause__ is not None or captured.exceptions is not None


def _homes(package: str) -> tuple[str, ...]:
    """How the file names of the machinery begin; a process that ran the task may have loaded more of it than this."""
    from importlib.util import find_spec

    specs = [find_spec(name) for name in (*_MACHINERY, package)]
    paths = [path for spec in specs if spec is not None for path in spec.submodule_search_locations or ()]
    return ("<frozen ", *(os.path.join(path, "") for path in paths))  # noqa: PTH118 - these are texts to compare
