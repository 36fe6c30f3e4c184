"""Where a run is recorded in its results, and the parameters that it had."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Literal

from wt_contracts.run_record import RECORD_DIRECTORY, Origin, RunRecord

from wt_task.cli.answers import answers, given
from wt_task.cli.results import ResultsDirectory
from wt_task.whole_file import write_whole

if TYPE_CHECKING:
    from wt_contracts.diagnostics import DiagnosticError

_BEFORE, _AFTER = "params-", ".json"


def place_of(options: argparse.Namespace, results: ResultsDirectory) -> RunRecord | None:
    """Where a run is recorded, or which recorded run goes on.

    Args:
        options: The options of the command line.
        results: The results directory. One that is not local holds no record.

    Returns:
        The place, or None for a run that is not recorded.

    Raises:
        DiagnosticError: A run is to be resumed that cannot be.
    """
    concurrent = options.execution_mode == "concurrent"
    if options.resume is None:
        if results.path is None or not concurrent or not options.record:
            if options.from_checkpoint is not None:
                message = "a run that begins at a checkpoint needs a record"
                hint = "run it concurrently, with its results in a local directory, and without --no-record"
                raise _refusal("CHECKPOINT_UNUSABLE", message, hint)
            return None
        run_id = os.environ.get("WT_RUN_ID") or os.urandom(8).hex()
        found = RunRecord(f"{results.path}/{RECORD_DIRECTORY}", run_id)
        return found if options.from_checkpoint is None else found._replace(origin=_origin(options, found.directory))
    if not concurrent:
        raise _refusal(
            "RUN_NOT_RESUMABLE",
            "a sequential run keeps no record, so there is nothing to resume",
            "leave out --execution-mode",
        )
    if results.path is None:
        raise _refusal("RUN_NOT_RESUMABLE", "a run whose results are not in a local directory keeps no record", None)
    directory = f"{results.path}/{RECORD_DIRECTORY}"
    found = RunRecord(directory, _matching(directory, options.resume), resume=True)
    return found._replace(answer=given(options, found)) if answers(options) else found


def _origin(options: argparse.Namespace, own: str) -> Origin:
    """The checkpoint that a run begins at."""
    import json

    directory = f"{options.from_results}/{RECORD_DIRECTORY}" if options.from_results else own
    run_id = _matching(directory, options.from_run)
    path = params_file(RunRecord(directory, run_id))
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
            return Origin(directory, run_id, options.from_checkpoint, json.load(file))
    except (OSError, ValueError) as error:
        raise _refusal("CHECKPOINT_UNUSABLE", f"{path} cannot be read: {error}", "begin the run anew") from None


def params_file(record: RunRecord) -> str:
    """The file that keeps the parameters of a run."""
    return f"{record.directory}/{_BEFORE}{record.run_id}{_AFTER}"


def keep_params(record: RunRecord, params: dict[str, object]) -> None:
    """Keep the parameters of a run that begins.

    Raises:
        DiagnosticError: They cannot be written.
    """
    import json

    path = params_file(record)
    try:
        write_whole(path, json.dumps(params).encode())
    except OSError as error:
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        message = f"the run cannot be recorded: {path} cannot be written: {error.strerror}"
        hint = "run with --no-record to do without a record"
        raise DiagnosticError(Diagnostic(code=Code.STORE_UNUSABLE, message=message, hint=hint)) from error


def _matching(directory: str, beginning: str) -> str:
    try:
        names = os.listdir(directory)  # noqa: PTH208 - importing pathlib costs more than a run may take
    except OSError:
        names = []
    known = sorted(name[len(_BEFORE) : -len(_AFTER)] for name in names if name.startswith(_BEFORE))
    found = [each for each in known if each == beginning] or [each for each in known if each.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    if found:
        raise _refusal(
            "RUN_AMBIGUOUS",
            f"several recorded runs begin with {beginning!r}: {', '.join(found)}",
            "name one of them",
        )
    hint = f"recorded here: {', '.join(known)}" if known else f"no run is recorded in {directory}"
    raise _refusal("RUN_UNKNOWN", f"there is no recorded run {beginning!r}", hint)


def _refusal(
    code: Literal["RUN_AMBIGUOUS", "RUN_NOT_RESUMABLE", "RUN_UNKNOWN", "CHECKPOINT_UNUSABLE"],
    message: str,
    hint: str | None,
) -> DiagnosticError:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    return DiagnosticError(Diagnostic(code=Code[code], message=message, hint=hint))
