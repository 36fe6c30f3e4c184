from __future__ import annotations

import os
import threading
from functools import partial

import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.retry import RetryPolicy
from wt_contracts.run_record import RunRecord
from wt_contracts.skip import SKIP_SENTINEL, Skipped
from wt_engine.errors import DefinitionError
from wt_engine.workflow import Workflow, WorkflowError


class Calls:
    """A fan-out as task libraries hand it out."""

    def __init__(self, calls, gather=list):
        self.calls = calls
        self.gather = gather


@pytest.fixture
def workflow():
    return Workflow("sums")


@pytest.fixture
def events():
    return []


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


@pytest.fixture
def record(tmp_path):
    return RunRecord(str(tmp_path), "a-run")


def goes_on(record):
    return record._replace(resume=True)


def test_a_recorded_run_goes_on_without_what_had_ended(workflow, record):
    calls = []
    broken = [True]

    @workflow.step
    def first():
        calls.append("first")
        return {"large": b"x" * 10_000, "key": (1, 2)}

    @workflow.step
    def second(first):
        calls.append("second")
        if broken:
            raise ValueError("broken")
        return first["key"], len(first["large"])

    with pytest.raises(ValueError, match="broken"):
        workflow.run({}, record=record)
    broken.clear()

    assert workflow.run({}, record=goes_on(record)) == ((1, 2), 10_000)
    assert calls == ["first", "second", "second"]


def test_the_calls_of_a_map_that_had_ended_do_not_run_again(workflow, record):
    calls = []
    broken = [True]

    def call(number):
        calls.append(number)
        if broken and number == 2:
            raise ValueError("broken")
        return number

    @workflow.map(max_concurrency=1)
    def numbers():
        return Calls([lambda number=number: call(number) for number in range(4)], tuple)

    with pytest.raises(ValueError, match="broken"):
        workflow.run({}, record=record)
    broken.clear()

    assert workflow.run({}, record=goes_on(record)) == (0, 1, 2, 3)
    assert calls == [0, 1, 2, 3, 2]


def test_a_value_that_cannot_be_kept_is_missed_only_where_it_is_needed(workflow, record):
    broken = [True]

    @workflow.step
    def lock():
        return threading.Lock()

    @workflow.step
    def held(lock):
        if broken:
            raise ValueError("broken")
        return lock.locked()

    with pytest.raises(ValueError, match="broken"):
        workflow.run({}, record=record)
    broken.clear()

    with pytest.raises(WorkflowError, match=r"the value of step 'lock' could not be kept .*_thread.lock"):
        workflow.run({}, record=goes_on(record))
    assert workflow.run({}, record=record._replace(run_id="another")) is False


def test_the_file_of_a_value_that_was_changed_is_refused(workflow, record, tmp_path):
    broken = [True]

    @workflow.step
    def large():
        return b"x" * 10_000

    @workflow.step
    def length(large):
        if broken:
            raise ValueError("broken")
        return len(large)

    with pytest.raises(ValueError, match="broken"):
        workflow.run({}, record=record)
    broken.clear()
    (kept,) = (tmp_path / "values").iterdir()
    kept.write_bytes(b"something else")

    with pytest.raises(Exception, match="the file of its value has been changed"):
        workflow.run({}, record=goes_on(record))


def test_a_run_does_not_go_on_with_other_steps(record):
    before = Workflow("sums")

    @before.step
    def one():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        before.run({}, record=record)
    after = Workflow("sums")

    @after.step
    def two():
        return 2

    with pytest.raises(DiagnosticError, match=r"WT533.*'two' is new"):
        after.run({}, record=goes_on(record))


def test_a_run_that_ended_well_gives_its_value_again_and_calls_nothing(workflow, record):
    calls = []

    @workflow.step
    def one():
        calls.append("one")
        return 1

    assert workflow.run({}, record=record) == 1
    assert workflow.run({}, record=goes_on(record)) == 1
    assert calls == ["one"]


def test_a_record_that_cannot_be_written_is_a_diagnostic(workflow, tmp_path):
    @workflow.step
    def one():
        return 1

    (tmp_path / "file").write_text("")
    with pytest.raises(DiagnosticError, match="WT530"):
        workflow.run({}, record=RunRecord(str(tmp_path / "file" / "below"), "a-run"))


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


def test_a_resumed_run_does_not_ask_again_whether_a_step_runs(workflow, tmp_path):
    asked = []

    @workflow.map
    def maybe():
        asked.append(1)
        return Skipped("it rains")

    @workflow.step
    def after(maybe):
        if len(asked) < 2:
            asked.append(2)
            raise OSError("not yet")
        return maybe

    with pytest.raises(OSError, match="not yet"):
        workflow.run({}, record=RunRecord(tmp_path, "one"))
    assert workflow.run({}, record=RunRecord(tmp_path, "one", resume=True)) is SKIP_SENTINEL
    assert asked == [1, 2]


def test_a_loop_gets_what_each_round_gives_and_returns_its_value(workflow, events):
    @workflow.step
    def first():
        return 3

    @workflow.loop
    def grown(first, params):
        value = first
        for _ in range(params["most"]):
            value = yield partial(pow, value, 2)
            if value > 1000:
                return value
        return -1

    @workflow.step
    def after(grown):
        return grown

    assert workflow.run({"most": 9}, events.append) == 6561
    told = [(event.kind, event.round, event.calls) for event in events if event.step == "grown"]
    rounds = [("STEP_ROUND", number, None) for number in range(3)]
    assert told == [("STEP_START", None, None), *rounds, ("STEP_END", None, 3)]
    assert workflow.run({"most": 1}) == -1
    assert workflow.run({"most": 0}) == -1


def test_a_loop_fails_with_what_its_round_or_it_itself_raises(workflow, events):
    @workflow.loop
    def broken(params):
        yield partial(divmod, 1, params["by"])
        raise LookupError("the loop itself")

    with pytest.raises(ZeroDivisionError):
        workflow.run({"by": 0}, events.append)
    assert (events[-1].kind, events[-1].step) == ("STEP_ERROR", "broken")
    with pytest.raises(LookupError, match="the loop itself"):
        workflow.run({"by": 1})


def test_the_rounds_of_a_loop_are_tried_again_skipped_and_awaited(workflow):
    tried = []

    async def twice(value):
        tried.append(value)
        if len(tried) < 2:
            raise OSError("busy")
        return value * 2

    @workflow.loop(awaits=True, retries=RetryPolicy(2, wait_min=0, wait_max=0))
    def grown():
        value = 1
        for _ in range(3):
            value = yield partial(twice, value)
        return value

    @workflow.loop(on_error=lambda: SKIP_SENTINEL)
    def given_up(grown):
        return (yield partial(divmod, grown, 0)) is SKIP_SENTINEL

    @workflow.step
    def both(grown, given_up):
        return grown, given_up

    assert workflow.run({}) == (8, True)
    assert tried == [1, 1, 2, 4]


@pytest.mark.parametrize("broken", range(5))
def test_a_resumed_loop_goes_on_with_the_round_that_it_was_in(tmp_path, broken):
    made, fails = [], [True]

    def once(value):
        if len(made) == broken and fails:
            fails.clear()
            raise OSError("cut short")
        made.append(value)
        return value + 1

    def written():
        workflow = Workflow("sums")

        @workflow.loop
        def counted():
            value = 0
            for _ in range(5):
                value = yield partial(once, value)
            return value

        return workflow

    with pytest.raises(OSError, match="cut short"):
        written().run({}, record=RunRecord(tmp_path, "one"))
    assert written().run({}, record=RunRecord(tmp_path, "one", resume=True)) == 5
    assert made == [0, 1, 2, 3, 4]


def test_a_loop_that_does_not_run_is_skipped(workflow, events):
    @workflow.loop
    def never():
        return Skipped("it rains")
        yield

    assert workflow.run({}, events.append) is SKIP_SENTINEL
    assert [(event.kind, event.reason) for event in events] == [("STEP_START", None), ("STEP_SKIPPED", "it rains")]
