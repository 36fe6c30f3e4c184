"""What a suspended run waits for, in its record, and what a person says to that."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from wt_contracts.codes import Code
from wt_contracts.run_record import RunRecord

from wt_task.whole_file import write_whole

if TYPE_CHECKING:
    from wt_contracts.approval import ApprovalAnswer, ApprovalRequest

_OPTION = "--data"


def answers(options: argparse.Namespace) -> bool:
    """Whether the command line answers an approval."""
    return options.approve or options.reject or options.data is not None


def check_approvals(step: str, options: argparse.Namespace, record: RunRecord | None) -> None:
    """Check, before anything runs, that somebody can approve a step.

    Args:
        step: The first step that has to be approved.
        options: The options of the command line.
        record: Where the run is recorded, if it is.

    Raises:
        DiagnosticError: Nobody can (WT550).
    """
    from wt_task.approval import impossible, somebody_is_there

    if options.execution_mode == "sequential":
        if not somebody_is_there():
            raise impossible(step, "a sequential run asks on a terminal, which is not there")
    elif record is None:
        raise impossible(step, "a run without a record cannot be suspended")


def given(options: argparse.Namespace, record: RunRecord) -> ApprovalAnswer:
    """What the command line says to the approval that a run waits for.

    Args:
        options: The options of the command line.
        record: The run.

    Raises:
        DiagnosticError: The run waits for none (WT551), or what is filled in does not fit (WT552).
    """
    from wt_contracts.approval import ApprovalAnswer

    request = awaited(record)
    if request is None:
        raise _refusal(record)
    if options.reject:
        return ApprovalAnswer(request.step, False, {})
    return ApprovalAnswer(request.step, True, request.filled(_data(options, request)))


def awaited(record: RunRecord) -> ApprovalRequest | None:
    """What a run waits for, if it does."""
    from wt_contracts.approval import ApprovalRequest

    try:
        with open(_file(record), "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
            return ApprovalRequest.read(file.read())
    except (OSError, ValueError):
        return None


def await_answer(record: RunRecord, request: ApprovalRequest) -> None:
    """Note what a run waits for.

    Raises:
        DiagnosticError: It cannot be written.
    """
    try:
        write_whole(_file(record), request.text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        message = f"what the run waits for cannot be recorded: {_file(record)} cannot be written: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.STORE_UNUSABLE, message=message)) from error


def forget_request(record: RunRecord) -> None:
    """A run does not wait any more."""
    try:
        os.unlink(_file(record))  # noqa: PTH108
    except FileNotFoundError:
        return


def _file(record: RunRecord) -> str:
    return f"{record.directory}/waiting-{record.run_id}.json"


def _data(options: argparse.Namespace, request: ApprovalRequest) -> dict[str, Any]:
    from dataclasses import replace

    from wt_contracts.diagnostics import DiagnosticError
    from wt_contracts.parameter_text import ParameterText

    from wt_task.cli.parameters import check, from_file, yaml_events

    if options.data is None:
        source = ParameterText("--approve", "{}", yaml_events, only_json=True, has_lines=False)
    elif options.data.lstrip().startswith("{"):
        source = ParameterText(_OPTION, options.data, yaml_events, only_json=True, has_lines=False)
    else:
        source = from_file(options.data)
    try:
        data = source.read()
        check(data, request.schema, source)
    except DiagnosticError as error:
        hint = f"the form of {request.step!r} has {', '.join(request.form) or 'no fields'}"
        found = [replace(each, code=Code.ANSWER_INVALID, hint=each.hint or hint) for each in error.diagnostics]
        raise DiagnosticError(found) from None
    return data


def _refusal(record: RunRecord) -> Exception:
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    message = f"the run {record.run_id} waits for no approval"
    hint = "leave out --approve, --reject and --data to go on with it"
    return DiagnosticError(Diagnostic(code=Code.APPROVAL_NOT_AWAITED, message=message, hint=hint))
