from __future__ import annotations

import asyncio

import pytest
from wt_task import TaskInstanceError, task
from wt_task.events import subscribe
from wt_task.loops import LoopStep, rounds


def halve(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


@pytest.fixture
def told():
    events = []
    with subscribe(events.append):
        yield events


def looped(number, most):
    step = task(halve).set_task_instance_id("halved").handle_errors()
    with LoopStep("halved"):
        for index in rounds("halved", at_most=most):
            number = step.partial(number=number).round(index).call()
            if number < 3:
                break
    return number


def test_a_step_that_is_a_loop_is_told_of_once_and_each_of_its_rounds(told):
    assert looped(8, 5) == 2
    assert [(event.kind, event.step, event.method, event.round) for event in told] == [
        ("STEP_START", "halved", "loop", None),
        ("STEP_ROUND", "halved", "loop", 0),
        ("STEP_ROUND", "halved", "loop", 1),
        ("STEP_END", "halved", "loop", None),
    ]


def test_an_error_says_in_which_round_it_came_and_is_told_of_once(told):
    with pytest.raises(TaskInstanceError, match=r"Task instance 'halved', round 1, raised ValueError\('7 is odd'\)"):
        looped(14, 5)
    assert [event.kind for event in told] == ["STEP_START", "STEP_ROUND", "STEP_ERROR"]
    assert "round 1" in (told[-1].error or "")


def test_a_loop_that_does_not_end_itself_in_time_fails():
    with pytest.raises(TaskInstanceError, match="the condition in 'until' does not hold after 2 rounds"):
        looped(64, 2)


@pytest.mark.parametrize("times", [-1, 2.0, True, None, "3"])
def test_only_a_whole_number_says_how_many_rounds_there_are(times):
    with pytest.raises(TaskInstanceError, match=f"'times' of the loop is {times!r}, and must be a whole number from 0"):
        list(rounds("halved", times))
    with pytest.raises(TaskInstanceError, match="from 1"):
        list(rounds("halved", 0, least=1))
    assert list(rounds("halved", 0)) == []


def test_a_round_can_be_called_later_and_skips_the_step(told):
    later = task(halve).set_task_instance_id("halved").handle_errors().partial(number=8).round(3).call_later()
    assert later() == 4
    assert told == []

    async def twice(number: int) -> int:
        return number * 2

    assert asyncio.run(task(twice).partial(number=8).call_later()()) == 16
    with LoopStep("halved") as loop:
        loop.skip()
    assert told[-1].kind == "STEP_SKIPPED"
