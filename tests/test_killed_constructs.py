"""Whatever a workflow is made of: killed at any moment, as often as you like, it ends as it does undisturbed."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from .running_workflows import RunningWorkflow

LIBRARY = '''
from __future__ import annotations

import os
import time

from wt_registry import register


def note(text: str) -> int:
    """Leave a line that outlives the process; how often it has been left."""
    descriptor = os.open(os.environ["NOTES"], os.O_RDWR | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\\n".encode())
    os.close(descriptor)
    time.sleep(0.003)
    with open(os.environ["NOTES"]) as file:
        return file.read().splitlines().count(text)


@register()
def numbers(count: int = 4) -> list[int]:
    """Count."""
    note("numbers")
    return list(range(count))


@register()
def add(a: int, b: int = 1) -> int:
    """Add."""
    note(f"add {a} {b}")
    return a + b


@register()
def times(a: int, b: int) -> int:
    """Multiply."""
    note(f"times {a} {b}")
    return a * b


@register()
def stumble(a: int) -> int:
    """Fail at the first try."""
    if note(f"stumble {a}") == 1:
        raise OSError("not yet")
    return a


@register()
def fail(a: int) -> int:
    """Fail always."""
    note(f"fail {a}")
    raise ValueError(f"no {a}")


@register()
def stand_in(message: str, a: int = 0) -> int:
    """Stand in."""
    note(f"stand_in {message}")
    return a
'''
PART = """
id: part
requirements: []
params: {start: {type: integer}}
workflow:
  - {id: more, task: add, partial: {a: '${{ params.start }}', b: 10}}
  - {id: product, task: times, partial: {a: '${{ workflow.more.return }}', b: 2}}
outputs: {product: '${{ workflow.product.return }}'}
"""
SPEC = """
id: everything
requirements: []
workflow:
  - {id: counted, task: numbers, cache: true, checkpoint: {name: begun}}
  - {id: part, uses: ./part.yaml, with: {start: '${{ workflow.counted.return[1] }}'}}
  - {id: parts, uses: ./part.yaml, map: {argnames: start, argvalues: '${{ workflow.counted.return }}'}}
  - {id: again, task: stumble, retry: {attempts: 3, wait: 0}, partial: {a: '${{ workflow.part.return.product }}'}}
  - id: handled
    task: fail
    partial: {a: '${{ workflow.again.return }}'}
    on-error: {task: stand_in, partial: {message: '${{ error.message }}', a: 5}}
  - {id: lost, task: fail, partial: {a: 8}, on-error: skip}
  - id: grown
    task: times
    loop: {start: 1, until: '${{ loop.last > 20 }}', max: 10}
    partial: {a: '${{ loop.last }}', b: 3}
    checkpoint: {name: grown}
  - {id: local, task: add, resources: {executor: process}, partial: {a: '${{ workflow.grown.return }}'}}
  - id: shown
    task: add
    approval: {reason: Go on?}
    partial: {a: '${{ workflow.handled.return }}', b: '${{ default(workflow.lost.return, 100) }}'}
  - type: switch
    id: way
    cases:
      - when: ${{ workflow.shown.return > 50 }}
        tasks:
          - {id: high, task: add, cache: true, partial: {a: '${{ workflow.shown.return }}', b: 2}}
    default:
      tasks:
        - {id: low, task: add, partial: {a: 0}}
  - {id: told, task: add, approval: {reason: Tell?}, partial: {a: '${{ workflow.way.return }}'}}
outputs:
  parts: ${{ workflow.parts.return }}
  local: ${{ workflow.local.return }}
  told: ${{ workflow.told.return }}
"""
RESULT = {"parts": [{"product": each} for each in (20, 22, 24, 26)], "local": 28, "told": 108}
CALLS = 23
"""How many lines the tasks leave in an undisturbed run."""


@pytest.fixture
def workflow(tmp_path: Path) -> RunningWorkflow:
    (tmp_path / "part.yaml").write_text(PART)
    return RunningWorkflow(tmp_path, "everything_tasks", LIBRARY, SPEC)


def finish(workflow: RunningWorkflow, *options: str) -> None:
    """Let a run go on to its end, with everything approved."""
    codes = []
    while not codes or codes[-1] == 3:
        assert len(codes) < 4
        with workflow.start(*options, WT_RUN_ID="r1") as process:
            _, said = process.communicate(timeout=120)
        assert process.returncode in (0, 3), said
        codes.append(process.returncode)
        options = ("--resume", "r1", "--approve")


def test_undisturbed(workflow: RunningWorkflow) -> None:
    finish(workflow)

    assert workflow.outcome["result"] == RESULT
    assert len(workflow.notes) == CALLS


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(3, 60))]
)
def test_killed_at_any_moment(workflow: RunningWorkflow, seed: int) -> None:
    chance = random.Random(seed)
    record = workflow.directory / "results/.wt"
    kills = 1
    workflow.environ["WT_RUN_ID"] = "r1"
    workflow.kill_after(chance.randrange(1, CALLS))
    while not list(record.glob("params-*.json")):
        workflow.forget()
        workflow.kill_after(chance.randrange(2, CALLS))
    for _ in range(chance.randrange(4)):
        waits = (record / "waiting-r1.json").exists()
        workflow.kill_after(len(workflow.notes) + chance.randrange(4), "--resume", "r1", *(["--approve"] * waits))
        kills += 1

    finish(workflow, "--resume", "r1")

    assert workflow.outcome["result"] == RESULT
    calls = Counter(workflow.notes)
    assert calls["numbers"] <= 1 + kills
    assert max(calls.values()) <= 2 * (1 + kills)  # two instances call a task with the same arguments
