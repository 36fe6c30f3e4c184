"""A task or library that could not be described, and where its author should look."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """What is reported beside the tasks that could be described; the fields are `RegistryProblem`'s."""

    subject: str
    reason: str
    kind: str = "task"
    file: str | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """`file:line`, as far as it is known."""
        return ":".join(str(part) for part in (self.file, self.line) if part is not None)


def task_problem(subject: str, reason: str, function: Callable[..., Any]) -> Problem:
    """A registered function that cannot be described or imported."""
    file, line = _definition(function)
    return Problem(subject, reason, "task", file, line)


def library_problem(module_path: str, error: BaseException) -> Problem:
    """A module whose import ended in `error`."""
    file, line = _raising_place(module_path, error)
    return Problem(module_path, _one_line(error), "library", file, line)


def _definition(function: Callable[..., Any]) -> tuple[str | None, int | None]:
    """The file and the line of the `def`; Python itself only remembers the line of the first decorator."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return None, None
    lines = linecache.getlines(code.co_filename)
    for number in range(code.co_firstlineno, len(lines) + 1):
        if lines[number - 1].lstrip().startswith(("def ", "async def ")):
            return code.co_filename, number
    return code.co_filename, code.co_firstlineno


def _raising_place(module_path: str, error: BaseException) -> tuple[str | None, int | None]:
    """The deepest line of the library itself that led to the error, else the deepest line of anything."""
    if isinstance(error, SyntaxError):
        return error.filename, error.lineno
    package = module_path.split(".")[0]
    anywhere: tuple[str | None, int | None] = (None, None)
    own: tuple[str | None, int | None] = (None, None)
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        name = str(frame.f_globals.get("__name__", ""))
        place = (frame.f_code.co_filename, trace.tb_lineno)
        if not _is_import_machinery(name):
            anywhere = place
        if name.split(".")[0] == package:
            own = place
        trace = trace.tb_next
    return own if own[0] else anywhere


def _is_import_machinery(module_path: str) -> bool:
    return module_path.split(".")[0] in {"importlib", "_frozen_importlib", "_frozen_importlib_external", "wt_registry"}


def _one_line(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"it exits while it is imported: {type(error).__name__}({error.code!r})"
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
