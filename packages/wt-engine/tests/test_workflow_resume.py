"""Compiled workflows that go on: what had ended is not run again."""

from __future__ import annotations

import os
import threading
import time
from functools import partial

import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.run_record import RunRecord
from wt_contracts.skip import SKIP_SENTINEL, Skipped
from wt_engine.workflow import Workflow, WorkflowError

from .fanned_out import Calls


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


def test_earlier_runs_are_forgotten_with_the_values_that_no_other_run_has(workflow, record, tmp_path):
    @workflow.step
    def shared():
        return b"s" * 10_000

    @workflow.step
    def own(shared):
        return params["byte"] * 10_000

    params = {}
    an_hour_ago = time.time() - 3600
    for name in ("first", "second"):
        params["byte"] = name[:1].encode()
        workflow.run({}, record=record._replace(run_id=name))
        for path in (tmp_path / "values").iterdir():
            os.utime(path, (an_hour_ago, an_hour_ago))
    params["byte"] = b"third"

    workflow.run({}, record=record._replace(run_id="third", forgets=("first", "second")))

    assert workflow.run({}, record=record._replace(run_id="third", resume=True)) == b"third" * 10_000
    assert len(list((tmp_path / "values").iterdir())) == 2
    with pytest.raises(DiagnosticError, match="first"):
        workflow.run({}, record=record._replace(run_id="first", resume=True))
