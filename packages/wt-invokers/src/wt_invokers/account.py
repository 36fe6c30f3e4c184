"""What `run.json` says, read and told to a person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.json_syntax import explain_json
from wt_contracts.provenance import RunFile, RunProvenance
from wt_contracts.run_record import RUN_FILE

from wt_invokers.results import parse_account

_SHOWN = 12
"""How many digits of a hash a person reads."""


def read_account(directory: Path) -> RunProvenance:
    """Read what a run was.

    Args:
        directory: The results that it left.

    Raises:
        DiagnosticError: There is no `run.json`, or it cannot be read (WT516).
    """
    path, code = directory / RUN_FILE, Code.PROVENANCE_UNREADABLE
    try:
        return parse_account(path.read_bytes())
    except OSError as error:
        message, hint = f"{path} cannot be read: {error.strerror}", "give the directory of a run's results, or its id"
        found = Diagnostic(code=code, message=message, hint=hint)
    except json.JSONDecodeError as error:
        message = f"this is not what a run has written: {explain_json(error.msg, error.doc, error.pos).message}"
        found = Diagnostic(code=code, message=message, file=str(path), line=error.lineno, column=error.colno)
    except (ValueError, RecursionError) as error:
        found = Diagnostic(code=code, message=f"{path} is not what a run has written: {error}")
    raise DiagnosticError(found)


def state_of(file: RunFile, path: Path) -> str:
    """How a file is now, compared with what the run left: nothing to say, `changed` or `missing`."""
    if not path.is_file():
        return "missing"
    with path.open("rb") as content:
        now = hashlib.file_digest(content, "sha256").hexdigest()
    return "" if file.sha256 in (None, now) else "changed"


def summarise(run: RunProvenance, directory: Path) -> str:
    """A run as lines.

    Args:
        run: What it was.
        directory: The results that it left.
    """
    files = [*_files("inputs", run.inputs, Path()), *_files("results", run.outputs, directory)]
    return "\n".join([*_head(run), *_steps(run), *files])


def _head(run: RunProvenance) -> Iterator[str]:
    yield f"run {run.run_id}: {run.status}" + (f": {run.error}" if run.error else "")
    workflow, environment = run.workflow, run.environment
    commit = (
        f", commit {workflow.commit[:_SHOWN]}{' with changes' if workflow.dirty else ''}" if workflow.commit else ""
    )
    yield f"workflow     {workflow.name} {workflow.version or ''}{commit}".rstrip()
    if run.origin is not None:
        yield f"began at     checkpoint {run.origin.checkpoint} of run {run.origin.run_id}"
    for session in run.sessions:
        yield f"{session.status:12} {session.started} to {session.ended or '?'}"
    if run.host is not None:
        host = run.host
        cpus = f", {host.cpus} CPUs" if host.cpus else ""
        yield f"machine      {host.name}: {host.system} {host.release}, {host.machine}{cpus}"
    lock = f", {environment.lock} {environment.lock_sha256[:_SHOWN]}" if environment.lock_sha256 else ""
    yield f"environment  Python {environment.python or '?'}, {len(environment.packages)} packages{lock}"


def _steps(run: RunProvenance) -> Iterator[str]:
    if run.checkpoints:
        yield f"checkpoints  {', '.join(f'{each.name} (after {each.step})' for each in run.checkpoints)}"
    yield "steps"
    width = max((len(step.id) for step in run.steps), default=0)
    for step in run.steps:
        duration = f"{step.duration:8.2f} s" if step.duration is not None else " " * 10
        version = run.environment.packages.get(step.library or "")
        library = f" ({step.library} {version})" if version else ""
        calls = f", {step.calls} calls" if step.calls is not None else ""
        yield f"  {step.status:11} {duration}  {step.id:{width}}  {step.task or ''}{library}{calls}".rstrip()


def _files(title: str, files: list[RunFile], home: Path) -> Iterator[str]:
    if files:
        yield title
    width = max((len(file.path) for file in files), default=0)
    for file in files:
        size = "" if file.size is None else f"{file.size} bytes"
        digest = (file.sha256 or "")[:_SHOWN]
        yield f"  {file.path:{width}}  {size:>16}  {digest:{_SHOWN}}  {state_of(file, home / file.path)}".rstrip()
