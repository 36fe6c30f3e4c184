"""`run`: parameters in, `result.json` out, whatever happens in between."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import os
import sys
import time
from typing import Any, NamedTuple

from wt_contracts.cached_call import KEEP_VARIABLE
from wt_contracts.masking import Mask
from wt_contracts.run_record import RUN_FILE, RunRecord
from wt_contracts.step_event import StepEvent

from wt_task.cli import interruption, lifeline
from wt_task.cli.answers import await_answer, check_approvals, forget_request
from wt_task.cli.arguments import UsageError
from wt_task.cli.earlier_end import EarlierEnd
from wt_task.cli.event_file import EventFile
from wt_task.cli.provenance import Provenance
from wt_task.cli.record import keep_params, params_file, place_of
from wt_task.cli.results import RESULT_FILE, ResultsDirectory, ResultsError, open_results
from wt_task.cli.workflow import Workflow
from wt_task.secrets import masked_streams, secret
from wt_task.worker import SECRETS_VARIABLE

SUCCESS, FAILED, USAGE, SUSPENDED, INTERRUPTED = 0, 1, 2, 3, 130
"""As in `wt_contracts.cli.ExitCode`, whose import would cost a run that starts cold a third of its time."""

_STATUS = {SUCCESS: "succeeded", USAGE: "refused", SUSPENDED: "suspended", INTERRUPTED: "interrupted"}
"""What `run.json` says of an exit code; of others, that the run failed."""


class Outcome(NamedTuple):
    """How a run ended.

    Attributes:
        exit_code: The exit code of the process.
        content: What `result.json` holds.
        error: What went wrong.
        said: What a person is told of it.
        waiting: The step whose approval the run waits for.
        interrupted: Whether a signal ended the run.
    """

    exit_code: int
    content: bytes
    error: str | None = None
    said: str | None = None
    waiting: str | None = None
    interrupted: bool = False


class Run(NamedTuple):
    """What a run has at hand from its start.

    Attributes:
        workflow: Which workflow it is.
        options: The options of the command line.
        results: Where the results go.
        events: Where what happens is told.
        mask: Replaces what nobody may read.
        provenance: Says what ran, and what came of it.
    """

    workflow: Workflow
    options: argparse.Namespace
    results: ResultsDirectory
    events: EventFile
    mask: Mask
    provenance: Provenance

    def observe(self, event: StepEvent) -> None:
        """Take what a step says."""
        self.provenance.observe(event)
        self.events.observe(event)


def run(workflow: Workflow, options: argparse.Namespace, misuse: UsageError | None) -> int:
    """Run a compiled workflow.

    Args:
        workflow: Which workflow it is.
        options: The options of the command line.
        misuse: What is wrong with the command line, if anything is.

    Returns:
        0 if the workflow succeeded, 1 if it failed, 2 if it did not start, 3 if it waits for a person, 130 if a signal
        ended it.
    """
    try:
        results = _open(workflow)
        earlier = _clear(results, options)
    except ResultsError as error:
        sys.stderr.write(f"error: {misuse}\n" if misuse else f"error[WT504]: the results directory: {error}\n")
        return USAGE
    mask = Mask()
    events = EventFile(os.environ.get("WT_EVENTS_FILE"), os.environ.get("WT_RUN_ID"), mask)
    this = Run(workflow, options, results, events, mask, Provenance(workflow, options, results, mask))
    outcome = _attempt(this, misuse)
    if mask:
        outcome = outcome._replace(content=mask.json(outcome.content), said=mask.text(outcome.said or ""))
    said = [outcome.said] if outcome.said and not (outcome.interrupted and events.watched) else []
    try:
        if earlier is not None and outcome.exit_code == USAGE:
            earlier.put_back(results)
        else:
            results.write(RESULT_FILE, outcome.content)
            this.provenance.end(_STATUS.get(outcome.exit_code, "failed"), outcome.error)
    except ResultsError as error:
        said.append(f"error[WT504]: {error}")
        outcome = outcome._replace(exit_code=outcome.exit_code or FAILED)
    events.close()
    with contextlib.suppress(OSError, ValueError):  # whoever read the output may be gone, or a task closed it
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write("".join(f"{text}\n" for text in said))
    if outcome.interrupted:
        interruption.leave(outcome.exit_code)
    return outcome.exit_code


def _open(workflow: Workflow) -> ResultsDirectory:
    location = os.environ.get(workflow.results_env_var)
    if not location:
        raise ResultsError(f"set the environment variable {workflow.results_env_var} to a path or URL")
    return open_results(location)


def _clear(results: ResultsDirectory, options: argparse.Namespace) -> EarlierEnd | None:
    """Remove what an older run said; what to put back of it, if it is to go on and is refused."""
    if getattr(options, "resume", None) is not None:
        return EarlierEnd.take(results)
    results.remove(RESULT_FILE)
    results.remove(RUN_FILE)
    return None


def _attempt(this: Run, misuse: UsageError | None) -> Outcome:
    """Everything that can go wrong, so that whatever does ends in an outcome."""
    begin = time.monotonic()
    record: RunRecord | None = None
    try:
        interruption.watch()
        lifeline.hold(os.environ.pop("WT_LIFELINE", None))
        if misuse is not None:
            return _refused(str(misuse), f"error: {misuse}")
        record = place_of(this.options, this.results)
        if this.workflow.approvals:
            check_approvals(this.workflow.approvals[0], this.options, record)
        params = _parameters(this.workflow, this.options, record)
        secrets = {name: secret(name) for name in this.workflow.secrets}
        this.mask.add(*secrets.values())
        if record is not None:
            record = record._replace(secrets=secrets)
        if secrets:
            os.environ[SECRETS_VARIABLE] = " ".join(this.workflow.secrets)
        this.provenance.begin(params, record)
        this.events.emit("START", steps=this.workflow.steps)
        with masked_streams(this.mask):
            content = _execute(this, params, record)
        outcome = Outcome(SUCCESS, b'{"result":' + content + b',"error":null,"trace":null}')
        if this.workflow.approvals and record is not None:
            forget_request(record)
    except BaseException as error:  # noqa: BLE001 - a task may raise anything, and each must end in a result.json
        interruption.ignore()
        outcome = _ended(error, this.workflow, this.events, record)
    interruption.ignore()
    failure = None if outcome.waiting else outcome.error
    this.events.emit("FINISH", duration=round(time.monotonic() - begin, 6), error=failure, waiting=outcome.waiting)
    return outcome


def _parameters(workflow: Workflow, options: argparse.Namespace, record: RunRecord | None) -> dict[str, Any]:
    from wt_contracts.runnable import runnable_schema

    from wt_task.cli.parameters import check, from_file, from_option

    inline, file = options.config_json, options.config_file
    if record is not None and record.resume:
        file = params_file(record)
    source = from_option(inline) if inline is not None else from_file(file)
    params = source.read()
    with interruption.held_back():
        check(params, runnable_schema(workflow.read_json("params.json")), source)
    unset = [name for name in workflow.env_vars if name not in os.environ]
    if unset:
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        message = "the workflow reads the environment variable {}, which is not set"
        raise DiagnosticError(
            [Diagnostic(code=Code.ENVIRONMENT_VARIABLE_UNSET, message=message.format(name)) for name in unset]
        )
    return params


def _execute(this: Run, params: dict[str, Any], record: RunRecord | None) -> bytes:
    """Call the tasks; what the last one returned, as JSON."""
    from wt_task.cli.jsonable import to_json
    from wt_task.cli.run_module import import_run_module
    from wt_task.cli.telemetry import traced
    from wt_task.events import subscribe

    package = this.workflow.package
    concurrent = this.options.execution_mode == "concurrent"
    module = import_run_module(f"{package}.{'run' if concurrent else 'run_sequential'}")
    if this.options.mock_io:
        from wt_task.cli.mock_io import replace_io

        replace_io(module, package)
    with traced(this.workflow, this.options, this.results, this.mask), _observed(this) as observe:
        if concurrent:
            if record is not None and not record.resume:
                keep_params(record, params)
                if KEEP_VARIABLE in os.environ:
                    from wt_task.cli.rounds import begin_round

                    record = begin_round(record)
            shares = {"cpus": this.options.cpus, "gpus": this.options.gpus}
            given = {name: amount for name, amount in shares.items() if amount is not None}
            return to_json(module.workflow.run(params, observe, record, **given))
        with subscribe(observe):
            if inspect.iscoroutinefunction(module.main):
                import asyncio

                return to_json(asyncio.run(module.main(params)))
            return to_json(module.main(params))


def _observed(this: Run) -> contextlib.AbstractContextManager[Any]:
    if not this.workflow.caches and KEEP_VARIABLE not in os.environ:
        return contextlib.nullcontext(this.observe)
    from wt_task.cli.call_log import caching

    return caching(this.workflow, this.options, this.results, this.observe)


def _ended(error: BaseException, workflow: Workflow, events: EventFile, record: RunRecord | None) -> Outcome:
    if workflow.approvals and (waits := _waits(error, record)) is not None:
        return waits
    from wt_contracts.diagnostics import DiagnosticError
    from wt_contracts.result import INTERRUPTED as WORDS

    if isinstance(error, DiagnosticError):
        return _refused("; ".join(each.message for each in error.diagnostics), str(error), error.exit_code)
    if isinstance(error, KeyboardInterrupt):
        name = error.signal if isinstance(error, interruption.Interrupted) else "SIGINT"
        during = f" while the step {events.step!r} was running" if events.step else ""
        message = f"{WORDS} by {name}{during}"
        return _failed(message, None, f"error[WT509]: {message}")._replace(exit_code=INTERRUPTED, interrupted=True)
    from wt_task.cli.failure import describe
    from wt_task.cli.jsonable import NotJSONError

    if isinstance(error, NotJSONError):
        message = f"the workflow's result cannot be written as JSON: {error}"
        hint = "write it to a file in the results, and return its path or URL"
        return _failed(message, None, f"error: {message}\n  hint: {hint}")
    failure = describe(error, workflow.package, events.step)
    return _failed(failure.error, failure.trace, failure.text)


def _waits(error: BaseException, record: RunRecord | None) -> Outcome | None:
    """The outcome of a run that waits for a person, or that a person has ended."""
    from wt_contracts.approval import RejectedError, SuspendedError

    if isinstance(error, RejectedError):
        return _failed(str(error), None, f"error: {error}")
    if not isinstance(error, SuspendedError) or record is None:
        return None
    await_answer(record, error.request)
    said = f"{error}\n  hint: go on with --resume {record.run_id} and --approve, --reject or --data"
    return _failed(str(error), None, said)._replace(exit_code=SUSPENDED, waiting=error.request.step)


def _refused(error: str, said: str, exit_code: int = USAGE) -> Outcome:
    return _failed(error, None, said)._replace(exit_code=exit_code)


def _failed(error: str, trace: str | None, said: str) -> Outcome:
    import json

    # A lone surrogate has no place in UTF-8, and json.dumps writes it as an escape
    content = json.dumps({"result": None, "error": error, "trace": trace}).encode()
    return Outcome(FAILED, content, error, said)
