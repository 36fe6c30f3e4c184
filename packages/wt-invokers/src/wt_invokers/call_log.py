"""The log that a run leaves of the calls of its cached steps."""

from __future__ import annotations

from pathlib import Path

from wt_contracts.cached_call import LOG_FILE, LoggedCall, read_log
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss
from wt_contracts.run_record import RECORD_DIRECTORY

from wt_invokers.recorded import results_of
from wt_invokers.target import workflow_id


def log_of(target: Path, run_id: str | None) -> tuple[Path, list[LoggedCall]]:
    """The log of a run.

    Args:
        target: A results directory; or a spec or a workspace, whose runs are in `results/<id>`.
        run_id: Which of its runs, by the beginning of its id; the last one without it.

    Returns:
        The results directory, and the calls.

    Raises:
        DiagnosticError: There is no such run (WT531), or it had no cached step.
    """
    directory = (
        target if (target / RECORD_DIRECTORY).is_dir() else _run_of(Path("results") / workflow_id(target), run_id)
    )
    log = directory / RECORD_DIRECTORY / LOG_FILE
    try:
        return directory, read_log(log.read_bytes())
    except OSError:
        message = f"no step of the run in {directory} is cached"
        hint = "'cache: true' in the spec lets a step be cached; a run with --no-cache or --mock-io caches nothing"
        raise DiagnosticError(Diagnostic(code=Code.STEP_UNKNOWN, message=message, hint=hint)) from None


def steps_in(calls: list[LoggedCall], step: str, directory: Path) -> None:
    """Check that a step is in a log.

    Raises:
        DiagnosticError: It is not (WT541).
    """
    known = sorted({call.step for call in calls})
    if step in known:
        return
    meant = near_miss(step, known)
    hint = f"did you mean {meant!r}?" if meant else f"cached steps are {', '.join(known) or 'none'}"
    message = f"the run in {directory} has called no cached step {step!r}"
    raise DiagnosticError(Diagnostic(code=Code.STEP_UNKNOWN, message=message, hint=hint))


def _run_of(home: Path, run_id: str | None) -> Path:
    if run_id is not None:
        return results_of(home, run_id)
    runs = [path for path in home.iterdir() if path.is_dir()] if home.is_dir() else []
    if not runs:
        hint = "name the results directory of the run"
        raise DiagnosticError(Diagnostic(code=Code.RUN_UNKNOWN, message=f"there is no run in {home}", hint=hint))
    return max(runs, key=lambda path: (path.stat().st_mtime, path.name))
