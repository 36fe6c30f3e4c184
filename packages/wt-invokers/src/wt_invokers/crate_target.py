"""Where the crate of a run goes, and whether it can be made: its workspace must be the one that ran."""

from __future__ import annotations

import re
from pathlib import Path

import click
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.provenance import RunProvenance

_INPUTS = re.compile(r"^inputs:\s*[\"']?([0-9a-f.]+)", re.M)
NO_LICENCE = "no licence is stated"


def write_crate(
    run: RunProvenance,
    results: Path,
    workspace: Path | None,
    target: Path,
    *,
    licence: str | None,
    author: str | None,
    profile_version: str,
) -> None:
    """Write a run as an RO-Crate.

    Args:
        run: What it was.
        results: The directory that it left.
        workspace: The workspace that ran; by default where it was then.
        target: The directory, or the zip file.
        licence: Under which licence the crate may be used.
        author: Who ran it.
        profile_version: Which version of the profiles of runs the crate declares.

    Raises:
        DiagnosticError: The target is there already (WT141), the workspace is gone or has changed since (WT517), or
            something cannot be written (WT140).
        UsageError: The library `rocrate` is missing.
    """
    if target.exists():
        message = f"{target} exists already"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_OURS, message=message, hint="name another with --output"))
    home = workspace or Path(run.workflow.directory or "")
    _check_workspace(run, home)
    try:
        from wt_invokers.run_crate import RunCrate
    except ModuleNotFoundError as error:
        raise click.UsageError("RO-Crates need the library rocrate: pip install 'wt-invokers[ro-crate]'") from error
    stated = licence or NO_LICENCE
    crate = RunCrate(run, results, home, licence=stated, author=author, profile_version=profile_version)
    try:
        crate.write(target)
    except OSError as error:
        message = f"the crate cannot be written: {error.strerror or error}"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message, file=str(target))) from error


def _check_workspace(run: RunProvenance, home: Path) -> None:
    try:
        found = _INPUTS.search((home / "VERSION.yaml").read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the workspace that ran is not to be found: {home}: {error.strerror}"
        hint = "name it with --workspace"
    else:
        if found is not None and found.group(1) == run.workflow.inputs:
            return
        message = f"the workspace has been compiled anew since the run: {home}"
        hint = "compile the spec as it was then into another directory, and name that with --workspace"
    raise DiagnosticError(Diagnostic(code=Code.WORKSPACE_CHANGED, message=message, hint=hint))
