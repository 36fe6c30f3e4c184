"""What is said of a run that has ended: to a person as a few lines, to a machine as one JSON document."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from wt_contracts.cli import ExitCode

from wt_invokers.local import Outcome

_LONGEST_RESULT = 400
_ENDS = {1: "failed after", 3: "suspended after"}


def as_json(outcome: Outcome) -> str:
    """The run as a JSON document: run_id, exit_code, results, result, error, steps, checkpoints."""
    return json.dumps(
        {
            "run_id": outcome.run_id,
            "exit_code": outcome.exit_code,
            "results": outcome.results.url,
            "result": outcome.result.result,
            "error": outcome.result.error,
            "steps": outcome.steps.as_json(),
            "checkpoints": [each.name for each in outcome.steps.checkpoints],
        },
        indent=2,
        ensure_ascii=False,
    )


def as_text(outcome: Outcome, seconds: float, page: str | None) -> str:
    """The run as lines: each step, the total, where the results are, what to open.

    Args:
        outcome: How the run ended.
        seconds: How long it took.
        page: What a browser can show of it.
    """
    return "\n".join([*_steps(outcome), *_end(outcome, seconds, page)])


def _steps(outcome: Outcome) -> Iterator[str]:
    for step in outcome.steps:
        duration = f"{step.duration:8.2f} s" if step.duration is not None else " " * 10
        status = "ended" if step.status == "running" else step.status
        kept = f"  ({step.reason})" if step.reason and step.status == "ok" else ""
        yield f"  {status:8}{duration}  {step.label}{kept}"


def _end(outcome: Outcome, seconds: float, page: str | None) -> Iterator[str]:
    word = "done:" if outcome.result.error is None else _ENDS.get(outcome.exit_code, "not started:")
    ended = sum(step.status in ("ok", "cached", "skipped") for step in outcome.steps)
    total = outcome.steps.total or 0
    steps = f"{ended} of {total} steps" if total else "no step"
    if outcome.result.error is None and ended < total:  # the run had been begun before
        steps = f"the last {ended} of {total} steps" if ended else f"{total} steps, all of them before,"
    yield f"{word} {steps} in {seconds:.2f} s"
    yield f"results: {outcome.results}"
    if outcome.steps.checkpoints:
        yield f"checkpoints: {', '.join(each.name for each in outcome.steps.checkpoints)}"
    if outcome.exit_code == ExitCode.SUSPENDED:
        yield f"go on with: {_resumption(outcome)}"
    if page is not None:
        yield f"open it with a browser: {page}"
    elif outcome.result.result is not None:
        text = json.dumps(outcome.result.result, ensure_ascii=False)
        yield f"result: {text if len(text) <= _LONGEST_RESULT else text[:_LONGEST_RESULT] + ' …'}"


def _resumption(outcome: Outcome) -> str:
    """The command that approves what the run waits for, and finds the run from here."""
    command, place = ["wt", "resume", outcome.run_id, "--approve"], outcome.results.path
    if place is None or place.name != outcome.run_id or place.parent.parent != Path("results").absolute():
        command += ["--results", str(outcome.results)]
    return shlex.join(command)
