from __future__ import annotations

import threading

import pytest
from wt_contracts.events import WorkflowEvent
from wt_task import SKIP_SENTINEL, task
from wt_task.events import StepEvent, subscribe


def add(a: int, b: int = 1) -> int:
    return a + b


@pytest.fixture
def events():
    seen: list[StepEvent] = []
    with subscribe(seen.append):
        yield seen


def test_a_call_starts_and_ends(events):
    task(add).set_task_instance_id("sum").call(1)
    start, end = events
    assert (start.kind, start.step, start.method, start.calls) == ("STEP_START", "sum", "call", 1)
    assert (end.kind, end.step, end.method, end.error) == ("STEP_END", "sum", "call", None)
    assert start.duration is None
    assert end.duration >= 0
    assert end.time >= start.time


@pytest.mark.parametrize("argvalues", [[1, 2, 3], {1: 1, 2: 2, 3: 3}, {1: 1, 2: 2, 3: 3}.items()])
def test_the_number_of_calls_is_told_if_it_is_known(events, argvalues):
    task(lambda a: a).set_task_instance_id("sum").map("a", argvalues)
    assert [event.calls for event in events] == [3, 3]


def test_a_generator_has_no_known_number_of_calls(events):
    task(add).set_task_instance_id("sum").map("a", (number for number in range(3)))
    assert [event.calls for event in events] == [None, None]


def test_a_skipped_step_says_so(events):
    step = task(add).set_task_instance_id("sum")
    step.skipif([lambda *values: True]).call(1)
    step.map("a", SKIP_SENTINEL)
    step.mapvalues("a", [SKIP_SENTINEL])
    step.skipif([lambda a, b: a == 1]).map("a", [1, 2])
    assert [event.kind for event in events[1::2]] == ["STEP_SKIPPED", "STEP_SKIPPED", "STEP_SKIPPED", "STEP_END"]


def test_a_failed_step_says_what_went_wrong(events):
    with pytest.raises(TypeError):
        task(add).set_task_instance_id("sum").map("a", [1, None])
    assert events[-1].kind == "STEP_ERROR"
    assert events[-1].error.startswith("Task instance 'sum', element 1, raised TypeError(")
    assert events[-1].duration >= 0


def test_an_interrupted_step_has_no_end(events):
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        task(interrupt).set_task_instance_id("long").call()
    assert [event.kind for event in events] == ["STEP_START"]


def test_a_task_that_is_no_step_says_nothing(events):
    task(add).call(1)
    assert events == []


def test_all_observers_are_told_until_they_leave():
    first, second = [], []
    step = task(add).set_task_instance_id("sum")
    with subscribe(first.append):
        with subscribe(second.append):
            step.call(1)
        step.call(1)
    step.call(1)
    assert (len(first), len(second)) == (4, 2)


def test_two_runs_in_two_threads_do_not_hear_each_other():
    heard: dict[str, list[str]] = {"one": [], "two": []}
    together = threading.Barrier(2, timeout=10)

    def run(name: str) -> None:
        with subscribe(lambda event: heard[name].append(event.step)):
            together.wait()
            task(add).set_task_instance_id(name).call(1)
            together.wait()

    threads = [threading.Thread(target=run, args=(name,)) for name in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"one": ["one"] * 2, "two": ["two"] * 2}


def test_steps_inside_calls_in_threads_are_heard(events):
    inner = task(add).set_task_instance_id("inner")
    task(lambda a: inner.call(a)).set_task_instance_id("outer").set_executor("threads").map("a", [1, 2])
    assert sorted(event.step for event in events) == ["inner"] * 4 + ["outer"] * 2


def test_an_event_is_a_workflow_event(events):
    task(add).set_task_instance_id("sum").call(1)
    assert WorkflowEvent(**events[1]._asdict()).step == "sum"
