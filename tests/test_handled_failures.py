"""A task stands in for a call that fails, in both run modes alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .running_workflows import RunningWorkflow

LIBRARY = '''
from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

from wt_registry import register


def note(text: str) -> None:
    descriptor = os.open(os.environ["NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\\n".encode())
    os.close(descriptor)


@register()
def usual() -> int:
    """Know what is usual."""
    return 7


@register()
def several() -> list[int]:
    """Some numbers."""
    return [1, 2]


@register()
def nothing() -> Any:
    """Nothing, of which nobody knows."""


@register()
def ask(number: int) -> int:
    """Ask; odd ones do not answer."""
    note(f"ask {number}")
    if number % 2:
        raise ValueError(f"no {number}")
    return number


@register()
async def ask_later(number: int) -> int:
    """The same, awaited."""
    return ask(number)


@register()
def wait(number: int) -> int:
    """Wait for what never comes."""
    threading.Event().wait(30)
    return number


@register()
async def wait_later(number: int) -> int:
    """The same, awaited."""
    await asyncio.Event().wait()
    return number


@register()
def guess(otherwise: int, why: str) -> int:
    """Guess, or give up."""
    note(f"guess {why}")
    if why.endswith("3"):
        raise RuntimeError("no guess for 3")
    return otherwise


@register()
async def guess_later(otherwise: int, why: str) -> int:
    """The same, awaited."""
    return guess(otherwise, why)
'''
SPEC = """
id: handled
requirements: []
workflow:
  - {id: known, task: usual}
  - id: asked
    task: ask
    cache: true
    retry: {attempts: 2, wait: 0}
    on-error:
      task: guess
      partial:
        otherwise: ${{ workflow.known.return }}
        why: '${{ error.step }} ${{ error.type }} ${{ error.message }}'
    map: {argnames: number, argvalues: [0, 1, 2]}
"""
MODES = pytest.mark.parametrize("mode", ["concurrent", "sequential"])


@pytest.fixture
def workflow(tmp_path: Path) -> RunningWorkflow:
    return RunningWorkflow(tmp_path, "handled_tasks", LIBRARY, SPEC)


@MODES
def test_what_stands_in_is_the_result_of_the_single_call_after_its_retries(
    workflow: RunningWorkflow, mode: str
) -> None:
    said = workflow.run("--execution-mode", mode)
    assert workflow.outcome["result"] == [0, 7, 2]
    assert sorted(workflow.notes) == ["ask 0", "ask 1", "ask 1", "ask 2", "guess asked ValueError no 1"]
    assert said == "warning: step 'asked' failed and is handled: ValueError: no 1\n"
    workflow.forget()
    workflow.run("--execution-mode", mode)
    assert sorted(workflow.notes) == ["ask 1", "ask 1", "guess asked ValueError no 1"]


@MODES
def test_a_handler_that_raises_fails_the_step(workflow: RunningWorkflow, mode: str) -> None:
    workflow.compile(SPEC.replace("[0, 1, 2]", "[0, 3]"))
    said = workflow.run("--execution-mode", mode, code=1)
    assert "no guess for 3" in workflow.outcome["error"]
    assert "'asked'" in workflow.outcome["error"]
    assert "wt_engine" not in said


@MODES
@pytest.mark.parametrize("handler", ["guess", "guess_later"])
def test_asynchronous_tasks_have_handlers_too(workflow: RunningWorkflow, mode: str, handler: str) -> None:
    workflow.compile(SPEC.replace("task: ask", "task: ask_later").replace("task: guess", f"task: {handler}"))
    workflow.run("--execution-mode", mode)
    assert workflow.outcome["result"] == [0, 7, 2]


@MODES
@pytest.mark.parametrize("on_error", ["skip", "{task: guess, partial: {why: x, otherwise: 1}}"])
@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ("partial: {number: '${{ workflow.many.return[9] }}'}", "IndexError: list index out of range"),
        ("map: {argnames: number, argvalues: '${{ workflow.none.return }}'}", "none"),
    ],
)
def test_what_no_call_has_raised_is_not_handled(
    workflow: RunningWorkflow, mode: str, on_error: str, bound: str, words: str
) -> None:
    workflow.compile(
        "id: handled\nrequirements: []\nworkflow:\n  - {id: many, task: several}\n  - {id: none, task: nothing}\n"
        f"  - {{id: asked, task: ask, on-error: {on_error}, {bound}}}\n"
    )
    said = workflow.run("--execution-mode", mode, code=1)
    assert words.lower() in workflow.outcome["error"].lower()
    assert "is skipped" not in said
    assert "is handled" not in said


def test_what_stood_in_is_recorded(workflow: RunningWorkflow) -> None:
    more = "  - {id: last, task: ask, partial: {number: '${{ workflow.asked.return[1] }}'}}\n"
    workflow.compile(SPEC + more)
    workflow.run(code=1, WT_RUN_ID="r1")
    workflow.forget()
    workflow.run("--resume", "r1", code=1)
    assert workflow.notes == ["ask 7"]


def test_a_synchronous_task_cannot_have_an_asynchronous_handler(workflow: RunningWorkflow) -> None:
    with pytest.raises(Exception, match="the task 'guess_later' is asynchronous, and the task 'ask' is not"):
        workflow.compile(SPEC.replace("task: guess", "task: guess_later"))


@pytest.mark.parametrize("how", ["partial: {number: 1}", "map: {argnames: number, argvalues: [1]}"])
@pytest.mark.parametrize("task", ["wait", "wait_later"])
def test_what_takes_too_long_is_told_in_the_same_words_in_both_modes(
    workflow: RunningWorkflow, how: str, task: str
) -> None:
    said = []
    for mode in ("concurrent", "sequential"):
        workflow.compile(
            f"id: handled\nrequirements: []\nworkflow:\n  - {{id: waited, task: {task}, timeout: 0.1, {how}}}\n"
        )
        workflow.run("--execution-mode", mode, code=1)
        name, text = re.match(
            r"(Task instance 'waited').* raised TimeoutError\W*(timed out[^']*)", workflow.outcome["error"]
        ).groups()
        said.append(f"{name} {text}")
    assert said[0] == said[1]


PLACES = """
id: handled
requirements: []
workflow:
  - {id: known, task: usual}
  - id: asked
    task: ask
    on-error:
      task: guess
      partial:
        otherwise: ${{ workflow.known.return + error.index }}
        why: PLACE
    HOW
"""


@MODES
@pytest.mark.parametrize("task", ["ask", "ask_later"])
@pytest.mark.parametrize(
    ("how", "place", "notes", "result"),
    [
        ("map: {argnames: number, argvalues: [0, 1, 5]}", "of ${{ error.element }}", ["of 1", "of 5"], [0, 8, 9]),
        (
            "mapvalues: {argnames: [number], argvalues: {a: 0, b: 1}}",
            "${{ error.key }} of ${{ error.element }}",
            ["b of 1"],
            [["a", 0], ["b", 8]],
        ),
        (
            "partial: {number: '${{ 2 * loop.index + 1 }}'}\n    loop: {times: 2}",
            "round ${{ error.index }}",
            ["round 0", "round 1"],
            8,
        ),
    ],
)
def test_a_handler_is_told_which_call_has_failed(
    workflow: RunningWorkflow, mode: str, task: str, how: str, place: str, notes: list[str], result: object
) -> None:
    spec = PLACES.replace("HOW", how).replace("PLACE", place).replace("task: ask", f"task: {task}")
    workflow.compile(spec)
    workflow.run("--execution-mode", mode)
    assert workflow.outcome["result"] == result
    assert sorted(note for note in workflow.notes if note.startswith("guess")) == [f"guess {each}" for each in notes]


@pytest.mark.parametrize(
    ("how", "place", "words"),
    [
        ("partial: {number: 1}", "a", "'error.index' is known only in 'map' or 'mapvalues' or 'loop'"),
        ("map: {argnames: number, argvalues: [1]}", "${{ error.key }}", "'error.key' is known only in 'mapvalues'"),
        ("loop: {times: 2}", "${{ error.element }}", "'error.element' is known only in 'map' or 'mapvalues'"),
        ("loop: {times: 2}", "${{ loop.index }}", "the number of the round is 'error.index'"),
    ],
)
def test_a_handler_cannot_ask_for_what_there_is_not(
    workflow: RunningWorkflow, how: str, place: str, words: str
) -> None:
    with pytest.raises(Exception, match=words):
        workflow.compile(PLACES.replace("HOW", how).replace("PLACE", place))
