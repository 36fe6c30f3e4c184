"""A workflow with checkpoints: kept on the way, and begun at by later runs, whatever has changed behind them."""

from __future__ import annotations

import json
import shutil
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
def load(size: int = 3) -> list[int]:
    """Load."""
    note("load")
    return list(range(size))


@register()
def square(number: int) -> int:
    """Square."""
    note(f"square {number}")
    return number * number


@register()
def total(numbers: list[int], start: int = 0) -> int:
    """Add."""
    note("total")
    return sum(numbers, start)
'''
SQUARES = """
id: squares
requirements: []
workflow:
  - {id: numbers, task: load}
  - id: squared
    task: square
    map: {argnames: number, argvalues: "${{ workflow.numbers.return }}"}
    checkpoint: {name: all-squares}
"""
SPEC = """
id: kept
requirements: []
params:
  least: {type: integer, default: 1}
workflow:
  - {id: numbers, task: load}
  - id: keyed
    task: square
    when: ${{ len(workflow.numbers.return) > 2 }}
    mapvalues:
      argnames: number
      argvalues: {one: 1, two: 2}
    checkpoint: {name: keyed, when: "${{ len(workflow.keyed.return) > params.least }}"}
  - id: inner
    uses: ./squares.yaml
    with: {numbers.size: 2}
  - id: added
    task: total
    approval: {reason: "Add ${{ len(workflow.inner.return) }} squares?"}
    partial: {numbers: "${{ workflow.inner.return }}"}
    checkpoint: {name: added}
  - id: more
    task: total
    partial:
      numbers: ["${{ workflow.added.return }}", "${{ default(workflow.keyed.return[1][1], 0) }}"]
"""


@pytest.fixture
def workflow(tmp_path: Path) -> RunningWorkflow:
    (tmp_path / "squares.yaml").write_text(SQUARES)
    return RunningWorkflow(tmp_path, "kept_tasks", LIBRARY, SPEC)


@pytest.fixture
def ended(workflow: RunningWorkflow) -> RunningWorkflow:
    """A run `r1` that has ended, with its results in `first`."""
    workflow.run(code=3, WT_RUN_ID="r1")
    workflow.run("--resume", "r1", "--approve")
    shutil.move(workflow.directory / "results", workflow.directory / "first")
    return workflow


def test_a_run_tells_of_its_checkpoints_and_keeps_them(workflow: RunningWorkflow) -> None:
    workflow.run(code=3, WT_RUN_ID="r1")
    workflow.run("--resume", "r1", "--approve")

    told = [(e["step"], e["checkpoint"]) for e in workflow.events if e["kind"] == "STEP_CHECKPOINT"]
    kept = json.loads((workflow.directory / "results/run.json").read_text())["checkpoints"]

    assert told == [("keyed", "keyed"), ("inner.squared", "inner.all-squares"), ("added", "added")]
    assert [(each["step"], each["name"]) for each in kept] == told


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("keyed", ["load", "square 0", "square 1"]),
        ("inner.all-squares", []),
    ],
)
def test_a_run_that_begins_at_a_checkpoint_calls_nothing_before_it(
    ended: RunningWorkflow, name: str, called: list[str]
) -> None:
    ended.forget()

    ended.run("--from-checkpoint", name, "--from-run", "r1", "--from-results", "first", code=3, WT_RUN_ID="r2")

    assert sorted(ended.notes) == called
    ended.run("--resume", "r2", "--approve")
    assert ended.outcome["result"] == 5


def test_code_and_parameters_behind_a_checkpoint_can_change(ended: RunningWorkflow) -> None:
    ended.forget()
    broken = LIBRARY.replace("return number * number", "raise OSError").replace(
        "return list", "raise OSError\n    list"
    )
    ended.library.write_text(broken)

    given = json.dumps({"more": {"start": 100}})
    options = ["--from-checkpoint", "added", "--from-run", "r1", "--from-results", "first"]
    ended.run("--config-json", given, *options)

    assert ended.notes == ["total"]
    assert ended.outcome["result"] == 105
    origin = json.loads((ended.directory / "results/run.json").read_text())["origin"]
    assert (origin["run_id"], origin["checkpoint"]) == ("r1", "added")


def test_a_run_that_began_at_a_checkpoint_goes_on_when_the_other_run_is_gone(ended: RunningWorkflow) -> None:
    ended.run("--from-checkpoint", "keyed", "--from-run", "r1", "--from-results", "first", code=3, WT_RUN_ID="r2")
    shutil.rmtree(ended.directory / "first")
    ended.forget()

    ended.run("--resume", "r2", "--approve")

    assert ended.notes == ["total", "total"]
    assert ended.outcome["result"] == 5


def test_a_checkpoint_whose_condition_does_not_hold_is_not_kept(workflow: RunningWorkflow) -> None:
    workflow.run("--config-json", json.dumps({"params": {"least": 2}, "numbers": {"size": 3}}), code=3)
    assert [e["checkpoint"] for e in workflow.events if e["kind"] == "STEP_CHECKPOINT"] == ["inner.all-squares"]


def test_there_is_no_checkpoint_behind_what_is_skipped(workflow: RunningWorkflow) -> None:
    workflow.run("--config-json", json.dumps({"numbers": {"size": 1}}), code=3)
    assert [e["checkpoint"] for e in workflow.events if e["kind"] == "STEP_CHECKPOINT"] == ["inner.all-squares"]


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ({}, ["--from-checkpoint", "lost", "--from-run", "r1"], "it has keyed, inner.all-squares, added"),
        ({"numbers": {"size": 9}}, ["--from-checkpoint", "keyed", "--from-run", "r1"], "'numbers.size' cannot change"),
        ({}, ["--from-checkpoint", "keyed", "--from-run", "r7"], "there is no recorded run 'r7'"),
        ({}, ["--from-checkpoint", "keyed", "--from-run", "r1", "--no-record"], "needs a record"),
        ({}, ["--from-checkpoint", "keyed"], "--from-checkpoint needs --from-run"),
    ],
)
def test_what_cannot_be_begun_at_is_refused(
    ended: RunningWorkflow, given: dict[str, object], options: list[str], words: str
) -> None:
    ended.forget()

    said = ended.run("--config-json", json.dumps(given), *options, "--from-results", "first", code=2)

    assert words in said
    assert not ended.notes
