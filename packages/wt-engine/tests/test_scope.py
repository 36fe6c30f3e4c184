from __future__ import annotations

import threading
from textwrap import dedent

import pytest
from wt_contracts.run_record import RunRecord
from wt_contracts.skip import SKIP_SENTINEL, Skipped
from wt_engine.errors import DefinitionError
from wt_engine.workflow import Workflow


@pytest.fixture
def sums():
    workflow = Workflow("sums")

    @workflow.step
    def one(params):
        return params["one"]

    @workflow.step
    def two(one):
        return one + 1

    return workflow


@pytest.fixture
def workflow():
    return Workflow("around")


def test_the_steps_of_another_workflow_get_what_the_function_returns_and_give_their_last_value(workflow, sums):
    @workflow.step
    def start(params):
        return params["start"]

    @workflow.uses(sums)
    def inner(start):
        return {"one": start * 10}

    @workflow.step
    def two(inner, start):
        return inner + start

    events = []
    assert workflow.run({"start": 3}, events.append) == 34
    ended = [event.step for event in events if event.kind == "STEP_END"]
    assert ended == ["start", "inner.one", "inner.two", "two"]


def test_a_workflow_is_used_as_often_as_one_likes_and_at_any_depth(workflow, sums):
    @workflow.uses(sums)
    def a():
        return {"one": 1}

    @workflow.uses(sums)
    def b(a):
        return {"one": a}

    outer = Workflow("outer")

    @outer.uses(workflow, name="both")
    def both_():
        return {}

    events = []
    assert outer.run({}, events.append) == 3
    assert [event.step for event in events if event.kind == "STEP_END"] == [
        *("both.a.one", "both.a.two", "both.b.one", "both.b.two"),
    ]
    assert workflow.run({}) == 3


def test_a_workflow_without_steps_gives_nothing(workflow):
    @workflow.uses(Workflow("empty"))
    def inner():
        return {"one": 1}

    @workflow.step
    def last(inner):
        return [inner]

    assert workflow.run({}) == [None]


def test_the_steps_of_both_run_side_by_side(workflow):
    together = threading.Barrier(2)
    other = Workflow("other")

    @other.step
    def waiting():
        return together.wait(30)

    @workflow.uses(other)
    def inner():
        return {}

    @workflow.step
    def beside():
        return together.wait(30)

    @workflow.step
    def done(inner, beside):
        return sorted([inner, beside])

    assert workflow.run({}) == [0, 1]


def test_the_steps_of_another_workflow_see_only_its_own(workflow, sums):
    @workflow.step
    def start():
        return 1

    @workflow.uses(sums)
    def inner(start):
        return {"one": start}

    with pytest.raises(DefinitionError, match="unrecognized parameters: one"):

        @workflow.step
        def last(one):
            return one


def test_a_recorded_run_goes_on_inside_of_another_workflow(workflow, tmp_path):
    done, broken = [], [True]
    other = Workflow("other")

    @other.step
    def first(params):
        done.append("first")
        return params["number"]

    @other.step
    def second(first):
        if broken.pop() if broken else False:
            raise ValueError("not yet")
        done.append("second")
        return first + 1

    @workflow.uses(other)
    def inner(params):
        return {"number": params["number"]}

    with pytest.raises(ValueError, match="not yet"):
        workflow.run({"number": 41}, record=RunRecord(str(tmp_path), "r1"))
    assert workflow.run({"number": 41}, record=RunRecord(str(tmp_path), "r1", resume=True)) == 42
    assert done == ["first", "second"]


@pytest.mark.parametrize("executor", ["thread", "process", "inline"])
def test_a_workflow_may_be_skipped_as_a_whole_and_is_told_of_as_one_step(workflow, executor):
    other = Workflow("other")

    @other.value
    def text(params):
        return params["text"]

    other.step(executor=executor)(dedent)

    @other.map(name="each")
    async def each_(dedent):
        return [dedent]

    @other.value
    def outputs(dedent, each_):
        return dedent, each_

    @workflow.uses(other, may_skip=True)
    def inner(params):
        return params if params else Skipped("nothing to do")

    @workflow.step
    def last(inner):
        return repr(inner)

    events = []
    assert workflow.run({}, events.append) == "<SkipSentinel>"
    assert [(event.kind, event.step, event.reason) for event in events] == [
        ("STEP_SKIPPED", "inner", "nothing to do"),
        ("STEP_START", "last", None),
        ("STEP_END", "last", None),
    ]


def test_a_workflow_that_may_be_skipped_runs_otherwise(workflow, sums):
    @workflow.uses(sums, may_skip=True)
    def inner(params):
        return params

    outer = Workflow("outer")

    @outer.uses(workflow, may_skip=True)
    def deep(params):
        return Skipped("no") if params["one"] > 5 else params

    events = []
    assert outer.run({"one": 1}, events.append) == 2
    assert [event.step for event in events if event.kind == "STEP_END"] == ["deep.inner.one", "deep.inner.two"]
    events.clear()
    assert outer.run({"one": 6}, events.append) is SKIP_SENTINEL
    assert [(event.kind, event.step) for event in events] == [("STEP_SKIPPED", "deep")]
