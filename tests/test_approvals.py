"""A workflow that waits for a person: suspended and resumed, or asked on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from .running_workflows import RunningWorkflow

LIBRARY = '''
from __future__ import annotations

import os

from wt_registry import register


def note(text: str) -> None:
    descriptor = os.open(os.environ["NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\\n".encode())
    os.close(descriptor)


@register()
def draw(size: int = 3) -> list[int]:
    """Draw."""
    note("draw")
    return list(range(size))


@register()
def publish(picture: list[int], remark: str = "") -> str:
    """Publish."""
    note("publish")
    return f"{len(picture)} {remark}"


@register()
def tell(text: str, level: int = 0) -> str:
    """Tell."""
    note("tell")
    return f"{text} at {level}"
'''
SPEC = """
id: asked
requirements: []
workflow:
  - {id: picture, task: draw}
  - id: published
    task: publish
    approval:
      reason: Look at ${{ len(workflow.picture.return) }} lines.
      form:
        remark: {type: string, default: fine}
        level: {schema: {type: integer, minimum: 0, maximum: 9}}
    partial:
      picture: ${{ workflow.picture.return }}
      remark: ${{ approval.published['remark'] }}
  - id: told
    task: tell
    approval: {reason: Tell everybody?}
    partial:
      text: ${{ workflow.published.return }}
      level: ${{ approval.published['level'] }}
"""


@pytest.fixture
def workflow(tmp_path: Path) -> RunningWorkflow:
    return RunningWorkflow(tmp_path, "asked_tasks", LIBRARY, SPEC)


def test_a_run_is_suspended_and_goes_on_with_each_answer(workflow: RunningWorkflow) -> None:
    said = workflow.run(code=3, WT_RUN_ID="r1")
    assert "the run waits for the approval of 'published': Look at 3 lines." in said
    assert "--resume r1 and --approve, --reject or --data" in said
    assert workflow.outcome["result"] is None
    assert workflow.events[-1]["waiting"] == "published"
    assert "error" not in workflow.events[-1]
    said = workflow.run("--resume", "r1", "--data", '{"level": 4}', code=3)
    assert "the approval of 'told': Tell everybody?" in said
    workflow.run("--resume", "r1", "--approve")
    assert workflow.outcome["result"] == "3 fine at 4"
    assert workflow.notes == ["draw", "publish", "tell"]
    assert "waits for no approval" in workflow.run("--resume", "r1", "--approve", code=2)


def test_a_run_that_goes_on_without_an_answer_asks_again(workflow: RunningWorkflow) -> None:
    workflow.run(code=3, WT_RUN_ID="r1")
    assert "Look at 3 lines" in workflow.run("--resume", "r1", code=3)
    (workflow.directory / "answer.yaml").write_text("remark: good\nlevel: 1\n")
    workflow.run("--resume", "r1", "--data", "answer.yaml", code=3)
    assert "Tell everybody" in workflow.run("--resume", "r1", code=3)
    workflow.run("--resume", "r1", "--data", "{}")
    assert workflow.outcome["result"] == "3 good at 1"
    assert workflow.notes == ["draw", "publish", "tell"]


def test_a_rejection_ends_the_run_for_good(workflow: RunningWorkflow) -> None:
    workflow.run(code=3, WT_RUN_ID="r1")
    assert workflow.run("--resume", "r1", "--reject", code=1) == "error: 'published' was rejected\n"
    assert workflow.outcome["error"] == "'published' was rejected"
    assert "'published' was rejected" in workflow.run("--resume", "r1", code=1)
    assert "WT533" in workflow.run("--resume", "r1", "--data", '{"level": 1}', code=2)
    assert workflow.notes == ["draw"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--approve"], "error[WT552]: the parameter level is missing"),
        (["--data", '{"level": 10}'], "WT552"),
        (["--data", '{"levle": 1, "level": 1}'], "did you mean level?"),
        (["--data", '{"level"'], "WT552"),
        (["--data", "missing.yaml"], "No such file or directory"),
        (["--approve", "--reject"], "not allowed with argument"),
    ],
)
def test_an_answer_that_does_not_fit_the_form_is_refused(
    workflow: RunningWorkflow, options: list[str], words: str
) -> None:
    workflow.run(code=3, WT_RUN_ID="r1")
    said = workflow.run("--resume", "r1", *options, code=2)
    assert words in said
    assert "Traceback" not in said
    workflow.run("--resume", "r1", "--data", '{"level": 1}', code=3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--approve"], "--approve, --reject and --data go with --resume"),
        (["--no-record"], "error[WT550]: the step 'published' has to be approved, and a run without a record"),
        (["--execution-mode", "sequential"], "error[WT550]: the step 'published' has to be approved, and a sequential"),
    ],
)
def test_a_run_that_nobody_could_approve_does_not_start(
    workflow: RunningWorkflow, options: list[str], words: str
) -> None:
    assert words in workflow.run(*options, code=2)
    assert workflow.notes == []


def test_a_suspended_run_that_is_killed_while_it_goes_on_keeps_the_answer(workflow: RunningWorkflow) -> None:
    workflow.run(code=3, WT_RUN_ID="r1")
    workflow.kill_after(2, "--resume", "r1", "--data", '{"level": 2, "remark": "mine"}')
    said = workflow.run("--resume", "r1", code=3)
    assert "Tell everybody" in said
    workflow.run("--resume", "r1", "--approve")
    assert workflow.outcome["result"] == "3 mine at 2"


def test_a_run_that_goes_on_with_another_workflow_says_so_in_one_line(workflow: RunningWorkflow) -> None:
    workflow.run(code=3, WT_RUN_ID="r1")
    workflow.compile(SPEC.replace("approval.published['level'] }}", "approval.published['level'] + 7 }}"))

    said = workflow.run("--resume", "r1", "--data", '{"level": 2}', code=3)

    first, hint, *_ = said.splitlines()
    assert first.startswith("warning[WT536]: the run r1 goes on with a workflow that has changed: ")
    assert hint.startswith("  hint: what had ended is taken as it was")
    workflow.run("--resume", "r1", "--approve")
    assert workflow.outcome["result"] == "3 fine at 9"


def typed(workflow: RunningWorkflow, text: str) -> tuple[int, str]:
    """Run it sequentially on a terminal on which a text is typed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", f"{workflow.package}.cli", "run", "--config-json", "{}"]
    command += ["--execution-mode", "sequential"]
    with subprocess.Popen(
        command,
        cwd=workflow.directory,
        env=workflow.environ,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        os.close(theirs)
        os.write(ours, text.encode())
        said, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, said


def test_a_sequential_run_asks_on_the_terminal(workflow: RunningWorkflow) -> None:
    code, said = typed(workflow, "good\nmany\n12\n5\ny\ny\n")
    assert code == 0, said
    assert workflow.outcome["result"] == "3 good at 5"
    assert "'published' waits for your approval: Look at 3 lines." in said
    assert said.count("level: ") == 3


def test_a_sequential_run_can_be_rejected(workflow: RunningWorkflow) -> None:
    code, said = typed(workflow, "\n5\n\n")
    assert code == 1
    assert "error: 'published' was rejected" in said
    assert json.loads((workflow.directory / "results/result.json").read_text())["error"] == "'published' was rejected"


def test_nobody_is_asked_about_what_does_not_run(workflow: RunningWorkflow) -> None:
    workflow.compile(SPEC.replace("task: tell\n", "task: tell\n    when: ${{ approval.published['level'] > 5 }}\n"))
    workflow.run(code=3, WT_RUN_ID="r1")
    workflow.run("--resume", "r1", "--data", '{"level": 4}')
    assert workflow.outcome["result"] is None
    assert workflow.notes == ["draw", "publish"]


BRANCHES = """
id: asked
requirements: []
workflow:
  - {id: first, task: draw}
  - {id: second, task: draw}
  - id: seen
    task: publish
    approval: {reason: First?}
    partial: {picture: "${{ workflow.first.return }}"}
  - id: read
    task: tell
    approval: {reason: Second?}
    partial: {text: "${{ len(workflow.second.return) }} lines"}
  - id: longer
    task: publish
    partial: {picture: "${{ workflow.second.return }}"}
  - id: longest
    task: tell
    partial: {text: "${{ workflow.longer.return }}"}
outputs:
  all: ["${{ workflow.seen.return }}", "${{ workflow.read.return }}", "${{ workflow.longest.return }}"]
"""


def test_what_does_not_depend_on_an_approval_runs_before_the_run_waits(tmp_path: Path) -> None:
    workflow = RunningWorkflow(tmp_path, "asked_tasks", LIBRARY, BRANCHES)
    assert "the approval of 'seen'" in workflow.run(code=3, WT_RUN_ID="r1")
    assert sorted(workflow.notes) == ["draw", "draw", "publish", "tell"]
    assert "the approval of 'read'" in workflow.run("--resume", "r1", "--approve", code=3)
    workflow.run("--resume", "r1", "--approve")
    assert workflow.outcome["result"] == {"all": ["3 ", "3 lines at 0", "3  at 0"]}
    assert sorted(workflow.notes) == ["draw", "draw", "publish", "publish", "tell", "tell"]


INNER = """
id: inner
requirements: []
workflow:
  - {id: picture, task: draw}
  - id: seen
    task: publish
    approval: {reason: "Look at ${{ len(workflow.picture.return) }} lines."}
    partial: {picture: "${{ workflow.picture.return }}"}
"""
OUTER = """
id: outer
requirements: []
workflow:
  - id: part
    uses: ./inner.yaml
    skipif: {conditions: [is_small]}
    with: {picture.size: SIZE}
  - id: told
    task: tell
    partial: {text: "${{ default(workflow.part.return, 'nothing') }}"}
"""
CONDITION = '''

@register()
def is_small(size: int) -> bool:
    """Ask whether it is small."""
    return size < 2
'''


@pytest.mark.parametrize(("size", "asked", "result"), [(3, True, "3  at 0"), (1, False, "nothing at 0")])
def test_a_person_is_asked_inside_of_a_sub_workflow_unless_it_is_skipped(
    tmp_path: Path, size: int, asked: bool, result: str
) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    workflow = RunningWorkflow(tmp_path, "asked_tasks", LIBRARY + CONDITION, OUTER.replace("SIZE", str(size)))
    said = workflow.run(code=3 if asked else 0, WT_RUN_ID="r1")
    if asked:
        assert "the approval of 'part.seen': Look at 3 lines." in said
        workflow.run("--resume", "r1", "--approve")
    assert workflow.outcome["result"] == result
    skipped = [(event["step"], event["reason"]) for event in workflow.events if event["kind"] == "STEP_SKIPPED"]
    assert skipped == ([] if asked else [("part", "skipif: is_small")])
    code, terminal = typed(workflow, "y\n")
    assert code == 0, terminal
    assert workflow.outcome["result"] == result
