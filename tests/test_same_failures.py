"""A failure says the same wherever the task runs: in a thread, in a process, or called one after the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .running_workflows import RunningWorkflow

LIBRARY = '''
from __future__ import annotations

import sys
import threading

from wt_registry import register


class AwkwardError(Exception):
    """Takes other arguments than it passes on, and holds what cannot be pickled."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")
        self.lock = threading.Lock()


def divide(number: int) -> float:
    return number / 0


@register()
def fail_plainly() -> float:
    """Fail."""
    return divide(3)


@register()
def fail_because() -> float:
    """Fail because of something else."""
    try:
        return divide(3)
    except ZeroDivisionError as error:
        error.add_note("which nobody can do")
        raise AwkwardError(7, "no such number") from error


@register()
def fail_meanwhile() -> float:
    """Fail while something else is handled."""
    try:
        return divide(3)
    except ZeroDivisionError:
        raise LookupError("nothing else") from None


@register()
def fail_twice() -> float:
    """Fail in several ways."""
    raise ExceptionGroup("several", [ValueError("one"), AwkwardError(2, "two")])


@register()
def fail_within() -> float:
    """Never end."""
    return fail_deeper()


def fail_deeper() -> float:
    return fail_deeper()


@register()
def fail_to_read() -> str:
    """Read what is no text."""
    return bytes([0xFF]).decode()


@register()
def leave() -> int:
    """Leave."""
    sys.exit(3)


@register()
def give_another_type() -> int:
    """Give what is no number."""
    return "many"
'''
FAILING = re.findall(r"@register\(\)\ndef (\w+)", LIBRARY)
PLACES = {
    "sequential": ("sequential", "thread"),
    "thread": ("concurrent", "thread"),
    "process": ("concurrent", "process"),
}


@pytest.mark.parametrize("task", FAILING)
def test_a_failure_says_the_same_everywhere(tmp_path: Path, task: str) -> None:
    spec = "id: failing\nrequirements: []\nworkflow:\n  - {{id: it, task: {}, resources: {{executor: {}}}}}\n"
    workflow = RunningWorkflow(tmp_path, "failing_tasks", LIBRARY, spec.format(task, "thread"))
    said = {}
    for place, (mode, executor) in PLACES.items():
        workflow.compile(spec.format(task, executor))
        workflow.run("--execution-mode", mode, code=1)
        outcome = workflow.outcome
        said[place] = outcome["error"], without_marks(outcome["trace"])

    assert said["thread"] == said["sequential"]
    assert said["process"] == said["sequential"]
    assert "failing_tasks.py" in said["process"][1] or task == "give_another_type"


def without_marks(trace: str) -> str:
    """A traceback without the marks below its lines, which do not travel; of frames that repeat, one is enough."""
    lines = [line for line in trace.splitlines() if line.strip(" |") and set(line.strip(" |")) - set("^~")]
    return "\n".join(dict.fromkeys(line for line in lines if "Previous line repeated" not in line))
