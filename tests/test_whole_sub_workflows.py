"""A sub-workflow that is tried again, limited or handled as a whole, in both run modes alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running_workflows import RunningWorkflow

LIBRARY = '''
from __future__ import annotations

import os
import threading
from pathlib import Path

from wt_registry import register


def note(text: str) -> int:
    descriptor = os.open(os.environ["NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\\n".encode())
    os.close(descriptor)
    return Path(os.environ["NOTES"]).read_text().splitlines().count(text)


@register()
def begin(number: int) -> int:
    """Begin."""
    note(f"begin {number}")
    return number


@register()
def answer(number: int, after: int = 2) -> int:
    """Answer when asked often enough."""
    if note(f"answer {number}") < after:
        raise ConnectionError(f"not yet {number}")
    return number


@register()
def hang(number: int) -> int:
    """Wait for what never comes."""
    threading.Event().wait(60)
    return number


@register()
def guess(number: int, why: str) -> int:
    """Guess."""
    return -number
'''
INNER = """
id: inner
requirements: []
workflow:
  - {id: begun, task: begin}
  - id: answered
    task: TASK
    partial: {number: '${{ workflow.begun.return }}'}
"""
SPEC = """
id: outer
requirements: []
workflow:
  - id: part
    uses: ./inner.yaml
    HOW
"""
MODES = pytest.mark.parametrize("mode", ["concurrent", "sequential"])


@pytest.fixture
def workflow(tmp_path: Path) -> RunningWorkflow:
    (tmp_path / "inner.yaml").write_text(INNER.replace("TASK", "answer"))
    return RunningWorkflow(tmp_path, "inner_tasks", LIBRARY, SPEC.replace("HOW", "with: {begun.number: 0}"))


@MODES
def test_what_is_tried_again_begins_anew(workflow: RunningWorkflow, mode: str) -> None:
    workflow.compile(
        SPEC.replace("HOW", "with: {begun.number: 1}\n    retry: {attempts: 3, wait: 0, on: ConnectionError}")
    )
    workflow.run("--execution-mode", mode)
    assert workflow.outcome["result"] == 1
    assert workflow.notes == ["begin 1", "answer 1", "begin 1", "answer 1"]


@MODES
def test_only_what_the_retry_names_is_tried_again(workflow: RunningWorkflow, mode: str) -> None:
    workflow.compile(SPEC.replace("HOW", "with: {begun.number: 1}\n    retry: {attempts: 3, wait: 0, on: KeyError}"))
    workflow.run("--execution-mode", mode, code=1)
    assert workflow.notes == ["begin 1", "answer 1"]
    assert "not yet 1" in workflow.outcome["error"]


@MODES
def test_a_task_stands_in_for_one_run_of_a_sub_workflow(workflow: RunningWorkflow, mode: str) -> None:
    handled = """with: {answered.after: 9}
    map: {argnames: begun.number, argvalues: [1, 2]}
    on-error:
      task: guess
      partial: {number: '${{ error.element }}', why: '${{ error.type }}: ${{ error.message }}'}
"""
    workflow.compile(SPEC.replace("HOW", handled))
    said = workflow.run("--execution-mode", mode)
    assert workflow.outcome["result"] == [-1, -2]
    assert "step 'part' failed and is handled: ConnectionError: not yet 1" in said


@MODES
def test_a_sub_workflow_that_takes_too_long_is_skipped(workflow: RunningWorkflow, mode: str) -> None:
    (workflow.directory / "inner.yaml").write_text(INNER.replace("TASK", "hang"))
    workflow.compile(SPEC.replace("HOW", "with: {begun.number: 1}\n    timeout: 200 ms\n    on-error: skip"))
    said = workflow.run("--execution-mode", mode)
    assert workflow.outcome["result"] is None
    assert "failed and is skipped: TimeoutError: timed out after 0.2s" in said


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("cache: true", "a sub-workflow has no 'cache': each of its tasks is cached by itself, or not"),
        ("resources: {cpu: 1}", "give 'resources' to the task instances in the sub-workflow's own spec"),
        ("approval: {reason: Look}", "a person is asked about a task instance"),
        ("retry: {attempts: 0}", "'attempts' must be a whole number from 1 to 1000"),
        ("retry: {on: ConectionError}", "did you mean 'ConnectionError'"),
        ("on-error: {task: guess}", "'number' of the task 'guess' is missing: a handler has no form"),
        ("timeout: never", "'timeout' must be seconds above 0"),
    ],
)
def test_what_is_not_said_of_a_sub_workflow_is_refused(workflow: RunningWorkflow, how: str, words: str) -> None:
    with pytest.raises(Exception, match=words):
        workflow.compile(SPEC.replace("HOW", f"with: {{begun.number: 0}}\n    {how}"))
