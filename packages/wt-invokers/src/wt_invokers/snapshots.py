"""The snapshots of a workflow's test cases: what their runs returned when somebody looked at it and found it right."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.workflow_case import WorkflowCase

from wt_invokers.cases import CaseOutcome
from wt_invokers.whole_file import write_whole

FILE = "test-snapshots.json"


def spec_of(target: Path) -> Path | None:
    """The spec that a target stands for; None if it is a compiled workspace."""
    if not target.is_dir():
        return target
    spec = target / "spec.yaml"
    return spec if spec.is_file() and not (target / "pyproject.toml").is_file() else None


def update(spec: Path, cases: Mapping[str, WorkflowCase], outcomes: Sequence[CaseOutcome]) -> list[CaseOutcome]:
    """Keep what runs have returned as the snapshots of their cases; those of cases that are gone are dropped.

    Args:
        spec: The spec; the snapshots go beside it.
        cases: All cases of the workflow.
        outcomes: The runs. A run that failed changes no snapshot.

    Returns:
        The runs, compared with the new snapshots.

    Raises:
        DiagnosticError: If the snapshots cannot be written.
    """
    asked = {name: case for name, case in cases.items() if case.match == "snapshot"}
    snapshots = {name: case.expected for name, case in asked.items() if case.recorded}
    updated = []
    for outcome in outcomes:
        if outcome.name in asked and outcome.result.error is None:
            case = asked[outcome.name]
            seen = outcome.result, outcome.skipped, outcome.contents
            if case.failures(*seen):  # what is tolerated changes no file
                snapshots[outcome.name] = outcome.result.result
            others = dataclasses.replace(case, match="any")
            left = others.failures(*seen)
            outcome = dataclasses.replace(outcome, failures=left)
        updated.append(outcome)
    path = spec.absolute().with_name(FILE)
    try:
        if snapshots:
            ordered = {name: snapshots[name] for name in sorted(snapshots)}
            write_whole(path, (json.dumps(ordered, indent=2, ensure_ascii=False) + "\n").encode())
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message)) from None
    return updated
