"""Finding the results of a run that is to go on."""

from __future__ import annotations

from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError


def results_of(home: Path, run: str) -> Path:
    """The results directory of a run.

    Args:
        home: Where the results of a workflow's runs are, each in a directory of its run id.
        run: The run's id, or the beginning of it.

    Raises:
        DiagnosticError: No run has that beginning (WT531), or more than one (WT532).
    """
    known = sorted(path.name for path in home.iterdir() if path.is_dir()) if home.is_dir() else []
    found = [name for name in known if name == run] or [name for name in known if name.startswith(run)]
    if len(found) == 1:
        return home / found[0]
    if found:
        code, message, hint = (
            Code.RUN_AMBIGUOUS,
            f"several runs begin with {run!r}: {', '.join(found)}",
            "name one of them",
        )
    else:
        code, message = Code.RUN_UNKNOWN, f"there is no run {run!r} in {home}"
        hint = f"the last runs are {', '.join(known[-3:])}" if known else "name its results directory with --results"
    raise DiagnosticError(Diagnostic(code=code, message=message, hint=hint))
