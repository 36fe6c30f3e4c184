"""The record of a workflow's run in its results directory: written, or gone on from."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wt_engine.beginnings import STORE, VALUES, CheckpointError, known_values
from wt_engine.errors import ResumeError, RunEndedError, UnrecordableError
from wt_engine.fingerprint import PlanChangedError
from wt_engine.forensics import Evidence
from wt_engine.forgetting import forget
from wt_engine.injection import MISSING
from wt_engine.kept_values import ValueKeeper
from wt_engine.recollection import Recollection, recollect
from wt_engine.recording import Recording, recording
from wt_engine.snapshot import Secrets
from wt_engine.storage.errors import RunNotFoundError, RunTakenError, StoreError

if TYPE_CHECKING:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import DiagnosticError
    from wt_contracts.run_record import RunRecord

    from wt_engine.plan import Plan
    from wt_engine.run import Settings


class Recorded(NamedTuple):
    """How a run is recorded.

    Attributes:
        settings: The settings of the run, with its recording, and with what must not be shown.
        run_id: What it is called.
        recollection: What it goes on from, if it is resumed.
        known: What steps have returned before it began, by their names.
    """

    settings: Settings
    run_id: str
    recollection: Recollection | None
    known: dict[str, Any]


def recorded(plan: Plan, settings: Settings, record: RunRecord, params: Mapping[str, Any]) -> Recorded:
    """Prepare to record a run, or to go on with one.

    Args:
        plan: What is run.
        settings: The settings of the run.
        record: Where it is recorded.
        params: The parameters of the run.

    Raises:
        DiagnosticError: The record cannot be used (WT530), the run cannot go on (WT533), or it cannot begin at the
            checkpoint (WT535).
    """
    directory = Path(record.directory)
    keeper = ValueKeeper(directory / VALUES, record.secrets)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        keeping = recording(directory / STORE, "step", keeper, plan, None)
        if record.forgets:
            forget(keeping.backend, directory, record.forgets)
        found = _found(keeping, record) if record.resume else None
        known = known_values(record._replace(run_id=found.run_id) if found else record, keeper, params)
    except OSError as error:
        raise unusable(f"{directory} cannot be written: {error.strerror}") from error
    except StoreError as error:
        raise unusable(str(error)) from error
    except CheckpointError as error:
        raise _unknown(error) from error
    except (RunNotFoundError, RunEndedError, PlanChangedError, ResumeError, UnrecordableError) as error:
        raise _refusal(error) from error
    evidence = Evidence(Secrets((record.secrets or {}).values()))
    settings = dataclasses.replace(settings, recording=keeping, evidence=evidence)
    return Recorded(settings, found.run_id if found else record.run_id, found, known)


def _found(keeping: Recording, record: RunRecord) -> Recollection:
    backend, run_id = keeping.backend, record.run_id
    candidates = [run for run in backend.find_runs_by_prefix(run_id, limit=3) if run.parent_run_id is None]
    if len(candidates) > 1 and all(run.run_id != run_id for run in candidates):
        raise RunNotFoundError(f"several runs begin with '{run_id}'")
    exact = candidates[0].run_id if len(candidates) == 1 else run_id
    answer = MISSING if record.answer is None else record.answer
    # One that was killed after its last step has not written its result yet
    return recollect(backend.recorded(exact), keeping.facts, keeping.codec, answer, ended=True, told=_tell)


def _tell(run_id: str, changes: list[str]) -> None:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, format_text

    message = f"the run {run_id} goes on with a workflow that has changed: {'; '.join(changes)}"
    hint = "what had ended is taken as it was; begin a new run to have all of it anew"
    found = Diagnostic(code=Code.RUN_OF_ANOTHER_WORKFLOW, severity="warning", message=message, hint=hint)
    sys.stderr.write(f"{format_text(found)}\n")


@contextmanager
def refusing() -> Iterator[None]:
    """Say of a run that cannot be recorded, and of which nothing has run, why that is.

    Raises:
        DiagnosticError: Another run has its id (WT537), or the record cannot be used (WT530).
    """
    try:
        yield
    except RunTakenError as error:
        from wt_contracts.codes import Code

        raise _diagnostic(Code.RUN_TAKEN, error.what, error.advice) from error
    except StoreError as error:
        raise unusable(str(error)) from error


def unusable(message: str) -> DiagnosticError:
    """The record cannot be read or written."""
    from wt_contracts.codes import Code

    return _diagnostic(Code.STORE_UNUSABLE, message, "run with --no-record to do without a record")


def _refusal(error: Exception) -> DiagnosticError:
    from wt_contracts.codes import Code

    return _diagnostic(Code.RUN_NOT_RESUMABLE, str(error), None)


def _unknown(error: CheckpointError) -> DiagnosticError:
    from wt_contracts.codes import Code

    return _diagnostic(Code.CHECKPOINT_UNUSABLE, str(error), error.hint)


def _diagnostic(code: Code, message: str, hint: str | None) -> DiagnosticError:
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    return DiagnosticError(Diagnostic(code=code, message=message.rstrip("."), hint=hint))
