"""What a run leaves behind: `result.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INTERRUPTED = "the run was interrupted"
"""How the error of a run begins that was ended from outside; `ExitCode.INTERRUPTED` is what a program goes by."""


@dataclass(frozen=True, kw_only=True)
class WorkflowResult:
    """Exactly `{"result": …, "error": str | null, "trace": str | null}`, whatever ran the workflow.

    Attributes:
        result: What the workflow returned; None if it failed.
        error: What went wrong, in one message; None if nothing did.
        trace: The traceback of that error.
    """

    result: Any = None
    error: str | None = None
    trace: str | None = None
