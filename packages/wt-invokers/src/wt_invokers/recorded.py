"""Finding the results of a run that is to go on, and the workspace that it is a run of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.run_record import RECORD_DIRECTORY, WORKSPACE_FILE

from wt_invokers.account import read_account
from wt_invokers.whole_file import write_whole


def results_of(home: Path, run: str) -> Path:
    """The results directory of a run.

    Args:
        home: Where the results of a workflow's runs are, each in a directory of its run id.
        run: The run's id, or the beginning of it; or its results directory.

    Raises:
        DiagnosticError: No run has that beginning (WT531), or more than one (WT532).
    """
    return _found(home, home.iterdir() if home.is_dir() else [], run)


def run_in(homes: Path, run: str) -> Path:
    """The same, whichever workflow it is a run of.

    Args:
        homes: Where the results of each workflow are, each in a directory of its id.
        run: The run's id, or the beginning of it; or its results directory.
    """
    return _found(homes, homes.glob("*/*"), run)


def run_id_of(results: Path) -> str:
    """The id of the run that a results directory is of: its name, unless others have written there as well."""
    if not (results / RECORD_DIRECTORY / f"params-{results.name}.json").is_file():
        with suppress(DiagnosticError):
            return read_account(results).run_id
    return results.name


def note_workspace(results: Path, workspace: Path) -> None:
    """Note which workspace a run is of, for those who go on with it."""
    content = json.dumps({"workspace": str(workspace)}).encode()
    record = results / RECORD_DIRECTORY
    record.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(record / WORKSPACE_FILE, content)


def workspace_of(results: Path) -> Path:
    """The workspace that a run is of.

    Raises:
        DiagnosticError: It was not noted (WT531).
    """
    path = results / RECORD_DIRECTORY / WORKSPACE_FILE
    try:
        return Path(json.loads(path.read_text(encoding="utf-8"))["workspace"])
    except (OSError, ValueError, KeyError, TypeError):
        message = f"{results} has no record of a run that 'wt run' has started"
        hint = "'wt run TARGET --resume RUN --results DIR' goes on with a run of TARGET"
        raise DiagnosticError(Diagnostic(code=Code.RUN_UNKNOWN, message=message, hint=hint)) from None


def _found(home: Path, places: Iterable[Path], run: str) -> Path:
    if run and (Path(run) / RECORD_DIRECTORY).is_dir():
        return Path(run)
    known = sorted((path for path in places if path.is_dir()), key=lambda path: (path.stat().st_mtime, path.name))
    found = [path for path in known if path.name == run] or [path for path in known if path.name.startswith(run)]
    if len(found) == 1:
        return found[0]
    if found:
        code, hint = Code.RUN_AMBIGUOUS, "name one of them, by its whole id or its results directory"
        message = f"several runs begin with {run!r}: {', '.join(str(path.relative_to(home)) for path in found)}"
    else:
        code, message = Code.RUN_UNKNOWN, f"there is no run {run!r} in {home}"
        last = ", ".join(path.name for path in known[-3:])
        hint = f"the last runs are {last}" if known else "name its results directory"
    raise DiagnosticError(Diagnostic(code=code, message=message, hint=hint))
