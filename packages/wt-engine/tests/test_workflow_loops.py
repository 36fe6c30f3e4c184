"""Loops of compiled workflows, round by round."""

from __future__ import annotations

from functools import partial

import pytest
from wt_contracts.retry import RetryPolicy
from wt_contracts.skip import SKIP_SENTINEL, Skipped


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


def test_a_loop_that_does_not_run_is_skipped(workflow, events):
    @workflow.loop
    def never():
        return Skipped("it rains")
        yield

    assert workflow.run({}, events.append) is SKIP_SENTINEL
    assert [(event.kind, event.reason) for event in events] == [("STEP_START", None), ("STEP_SKIPPED", "it rains")]
