"""Compiled workflows: values by name, maps, failures, what is told of steps."""

from __future__ import annotations

import os
import threading

import pytest
from wt_contracts.skip import SKIP_SENTINEL, Skipped
from wt_engine.errors import DefinitionError

from .fanned_out import Calls


def test_a_step_gets_the_values_of_the_steps_that_its_parameters_name(workflow):
    @workflow.step
    def one(params):
        return params["one"]

    @workflow.step
    def two(one):
        return one + 1

    @workflow.step
    def three(one, two):
        return one + two

    assert workflow.run({"one": 1}) == 3


def test_the_value_of_the_last_step_is_the_result_even_if_another_ends_later(workflow):
    first_may_end = threading.Event()

    @workflow.step
    def first():
        assert first_may_end.wait(30)
        return "first"

    @workflow.step
    def last():
        first_may_end.set()
        return "last"

    assert workflow.run({}) == "last"


def test_independent_steps_run_side_by_side(workflow):
    together = threading.Barrier(3)
    for name in ("a", "b", "c"):

        def meet():
            return together.wait(30)

        meet.__name__ = name
        workflow.step(meet)

    @workflow.step
    def done(a, b, c):
        return sorted([a, b, c])

    assert workflow.run({}) == [0, 1, 2]


def test_coroutine_functions_are_awaited(workflow):
    @workflow.step
    async def one():
        return 1

    @workflow.step
    def two(one):
        return one + 1

    assert workflow.run({}) == 2


@pytest.mark.parametrize("data", ["two", None, ["x"], SKIP_SENTINEL])
def test_whatever_a_step_returns_is_data(workflow, data):
    @workflow.step
    def one():
        return data

    @workflow.step
    def two(one):
        return [one]

    assert workflow.run({}) == [data]


def test_the_calls_of_a_map_run_side_by_side_and_are_gathered_in_order(workflow):
    together = threading.Barrier(4)

    def call(number):
        together.wait(30)
        return number**2

    @workflow.map
    def squares():
        return Calls([lambda number=number: call(number) for number in range(4)], tuple)

    @workflow.step
    def total(squares):
        return squares

    assert workflow.run({}) == (0, 1, 4, 9)


def test_a_map_without_calls_has_a_value(workflow):
    @workflow.map
    def nothing():
        return Calls([])

    assert workflow.run({}) == []


def test_the_calls_of_an_asynchronous_map_are_awaited(workflow):
    async def call():
        return 1

    @workflow.map
    async def ones():
        return Calls([call, call])

    assert workflow.run({}) == [1, 1]


def test_no_more_calls_run_at_once_than_a_map_allows(workflow):
    running, most, lock = 0, 0, threading.Lock()

    def call():
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1

    @workflow.map(max_concurrency=2)
    def calls():
        return Calls([call] * 20)

    workflow.run({})
    assert most <= 2


def test_the_error_is_that_of_the_first_failed_step_in_the_order_of_writing(workflow):
    second_failed = threading.Event()

    @workflow.step
    def first():
        assert second_failed.wait(30)
        raise LookupError("first")

    @workflow.step
    def second():
        second_failed.set()
        raise ValueError("second")

    with pytest.raises(LookupError, match="first"):
        workflow.run({})


def test_the_error_of_a_map_is_that_of_its_first_failed_element(workflow):
    def failing(number):
        def call():
            raise ValueError(f"element {number}")

        return call

    @workflow.map(max_concurrency=1)
    def all_fail():
        return Calls([failing(3), failing(4)])

    with pytest.raises(ValueError, match="element 3"):
        workflow.run({})


def test_what_depends_on_a_failed_step_does_not_run_and_everything_else_does(workflow, events):
    @workflow.step
    def failing():
        raise ValueError("no")

    @workflow.step
    def dependent(failing):
        return failing

    @workflow.step
    def other():
        return 1

    with pytest.raises(ValueError, match="no"):
        workflow.run({}, events.append)
    assert {(event.kind, event.step) for event in events} == {
        ("STEP_START", "failing"),
        ("STEP_ERROR", "failing"),
        ("STEP_START", "other"),
        ("STEP_END", "other"),
    }


def test_a_failing_step_is_tried_again(workflow):
    attempts = []

    @workflow.step(retries=2, retry_wait_min=0.0)
    def flaky():
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("not yet")
        return len(attempts)

    assert workflow.run({}) == 3


def test_a_failing_element_is_tried_again_alone(workflow):
    attempts = []

    def flaky():
        attempts.append(1)
        if len(attempts) < 2:
            raise ValueError("not yet")
        return "flaky"

    def steady():
        return "steady"

    @workflow.map(retries=1, retry_wait_min=0.0)
    def calls():
        return Calls([flaky, steady])

    assert workflow.run({}) == ["flaky", "steady"]


def test_a_step_that_takes_too_long_is_left_behind(workflow):
    release = threading.Event()

    @workflow.step(timeout=0.05)
    def slow():
        release.wait(30)

    with pytest.raises(TimeoutError, match=r"^timed out after .*; its thread was abandoned"):
        workflow.run({})
    release.set()


def test_steps_are_told_of_with_their_duration_and_their_calls(workflow, events):
    @workflow.step
    def one():
        return SKIP_SENTINEL

    @workflow.mapvalues
    def many(one):
        return Calls([lambda: 1, lambda: 2], lambda results: list(zip("ab", results, strict=True)))

    workflow.run({}, events.append)
    assert [(event.kind, event.step, event.method, event.calls) for event in events] == [
        ("STEP_START", "one", "call", 1),
        ("STEP_SKIPPED", "one", "call", 1),
        ("STEP_START", "many", "mapvalues", None),
        ("STEP_END", "many", "mapvalues", 2),
    ]
    assert all(event.duration >= 0 for event in events if event.kind != "STEP_START")


def test_a_step_may_have_another_name_than_its_function(workflow, events):
    @workflow.step(name="params")
    def params_():
        return 1

    @workflow.step
    def after(params_):
        return params_ + 1

    assert workflow.run({}, events.append) == 2
    assert [event.step for event in events] == ["params", "params", "after", "after"]


def test_a_workflow_without_steps_has_no_result(workflow):
    assert workflow.run({}) is None


def test_a_parameter_that_names_no_earlier_step_is_refused_with_the_near_miss(workflow):
    @workflow.step
    def first():
        return 1

    with pytest.raises(DefinitionError, match=r"Step 'second'.*frist.*Did you mean 'first'") as caught:

        @workflow.step
        def second(frist):
            return frist

    assert "test_workflow.py:" in str(caught.value)


def test_one_name_cannot_be_given_twice(workflow):
    def first():
        return 1

    workflow.step(first)
    with pytest.raises(DefinitionError, match="already registered"):
        workflow.step(first)


def test_a_value_is_worked_out_without_a_step_being_told_of(workflow, events):
    @workflow.value
    def shared(params):
        return {"rate": 2, **params}

    @workflow.step
    def rated(shared):
        return shared["rate"]

    @workflow.value
    def outputs(rated, shared):
        return {"rated": rated, "more": shared["more"]}

    assert workflow.run({"more": 3}, events.append) == {"rated": 2, "more": 3}
    assert {event.step for event in events} == {"rated"}


def test_the_error_of_a_value_is_the_runs(workflow):
    @workflow.value
    def outputs(params):
        return params["missing"]

    with pytest.raises(KeyError, match="missing"):
        workflow.run({})


def test_a_misspelt_option_is_refused(workflow):
    with pytest.raises(DefinitionError, match="retries"):

        @workflow.step(retrys=2)
        def one():
            return 1


def test_a_step_may_run_in_a_process(workflow):
    workflow.step(executor="process")(os.getpid)

    assert workflow.run({}) != os.getpid()


@pytest.mark.parametrize("kind", ["step", "map", "mapvalues"])
def test_a_step_that_says_it_does_not_run_gives_the_sentinel_and_its_reason(workflow, events, kind):
    @getattr(workflow, kind)
    def maybe():
        return Skipped("it rains")

    @workflow.step
    def after(maybe):
        return maybe is SKIP_SENTINEL

    assert workflow.run({}, events.append) is True
    told = next(event for event in events if event.step == "maybe" and event.kind != "STEP_START")
    assert (told.kind, told.reason) == ("STEP_SKIPPED", "it rains")
