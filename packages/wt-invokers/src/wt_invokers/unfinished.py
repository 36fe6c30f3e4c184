"""`run.json` of a run that could not write it to its end: it was killed, or refused before it started."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from wt_contracts.provenance import (
    RunCheckpoint,
    RunProvenance,
    RunSession,
    RunStatus,
    RunStep,
    RunWorkflow,
    StepStatus,
)

from wt_invokers.steps import Step, Steps
from wt_invokers.workspace import Workspace


def completed(
    written: RunProvenance | None,
    workspace: Workspace,
    run_id: str,
    status: RunStatus,
    error: str | None,
    steps: Steps,
) -> RunProvenance:
    """What can be said of such a run.

    Args:
        written: What its process wrote when it started; None if it did not come to that.
        workspace: What was run.
        run_id: Which run.
        status: How it ended.
        error: What went wrong.
        steps: What is known of its steps.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    if written is None:
        name, directory = workspace.package.replace("_", "-"), str(workspace.directory)
        workflow = RunWorkflow(name=name, package=workspace.package, directory=directory)
        written = RunProvenance(run_id=run_id, status=status, workflow=workflow, sessions=[RunSession(started=now)])
    *earlier, last = written.sessions or [RunSession(started=now)]
    last = replace(last, ended=now, status=status, error=error)
    known = {step.id: step for step in written.steps}
    seen = {step.id: _step(step, known.get(step.id)) for step in steps}
    all_steps = [seen.get(name) or known[name] for name in dict.fromkeys([*known, *seen])]
    kept = [RunCheckpoint(name=each.name, step=each.step, time=_moment(each.time)) for each in steps.checkpoints]
    return replace(
        written,
        status=status,
        error=error,
        steps=all_steps,
        sessions=[*earlier, last],
        checkpoints=[*written.checkpoints, *kept],
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _step(seen: Step, known: RunStep | None) -> RunStep:
    status = StepStatus.INTERRUPTED if seen.status == "running" else StepStatus(seen.status)
    names = ("duration", "calls", "error", "reason", "cached")
    found = {name: getattr(seen, name) for name in names}
    return replace(known or RunStep(id=seen.id), status=status, **found)
