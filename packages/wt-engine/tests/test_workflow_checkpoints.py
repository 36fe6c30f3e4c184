from __future__ import annotations

import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.run_record import Origin, RunRecord
from wt_contracts.skip import Skipped
from wt_engine.storage import SQLiteBackend
from wt_engine.workflow import Workflow


class Pairs:
    """A fan-out whose value is a list of pairs."""

    def __init__(self, calls):
        self.calls = calls

    def gather(self, results):
        return list(enumerate(results))


def chain(called, limit=0):
    """Steps of every kind before a checkpoint, and one behind it."""
    workflow = Workflow("chain")

    @workflow.step
    def text(params):
        called.append("text")
        return "text"

    @workflow.mapvalues
    def pairs():
        return Pairs([lambda: called.append("pair") or {1, 2}])

    @workflow.loop
    def rounds():
        value = 0
        while value < 2:
            value = yield lambda value=value: called.append("round") or value + 1
        return value

    @workflow.step
    def nothing():
        return Skipped("no reason")

    @workflow.checkpoint("half", after="rounds")
    def rounds_checkpoint(rounds):
        return rounds > limit

    @workflow.step
    def last(text, pairs, rounds, nothing, params):
        called.append("last")
        return text, pairs, rounds, str(nothing), params.get("last")

    return workflow


@pytest.fixture
def called():
    return []


def begun(tmp_path, run_id, checkpoint="half", params=None):
    origin = Origin(str(tmp_path / "first"), "r1", checkpoint, params or {})
    return RunRecord(str(tmp_path / run_id), run_id, origin=origin)


def test_a_run_begins_with_all_that_stands_before_the_checkpoint(tmp_path, called):
    workflow = chain(called)
    before = workflow.run({"last": 1}, None, RunRecord(str(tmp_path / "first"), "r1"))
    called.clear()

    after = workflow.run({"last": 2}, None, begun(tmp_path, "r2", params={"last": 1}))

    assert called == ["last"]
    assert (*after[:-1], 1) == before
    assert after[-1] == 2


def test_the_checkpoint_is_kept_in_the_new_run_too(tmp_path, called):
    chain(called).run({}, None, RunRecord(str(tmp_path / "first"), "r1"))
    chain(called).run({}, None, begun(tmp_path, "r2"))

    kept = SQLiteBackend(tmp_path / "r2/runs.db").checkpoints("r2")

    assert [(each.name, each.step) for each in kept] == [("half", "rounds")]


def test_a_run_tells_why_steps_did_not_have_to_run(tmp_path, called):
    chain(called).run({}, None, RunRecord(str(tmp_path / "first"), "r1"))
    told = []

    chain(called).run({}, told.append, begun(tmp_path, "r2"))

    reasons = {each.step: each.reason for each in told if each.kind == "STEP_END"}
    assert reasons["text"] == reasons["pairs"] == "checkpoint half of run r1"
    assert reasons["last"] is None


def test_a_condition_that_does_not_hold_keeps_nothing(tmp_path, called):
    chain(called, limit=5).run({}, None, RunRecord(str(tmp_path / "first"), "r1"))

    with pytest.raises(DiagnosticError, match="the run r1 has no checkpoint 'half'"):
        chain(called).run({}, None, begun(tmp_path, "r2"))


def test_a_run_without_a_record_comes_past_its_checkpoints(called):
    told = []
    chain(called).run({}, told.append)
    assert [each.checkpoint for each in told if each.kind == "STEP_CHECKPOINT"] == ["half"]


def test_a_value_whose_file_is_gone_is_said(tmp_path, called):
    workflow = Workflow("large")

    @workflow.step
    def large():
        return list(range(10_000))

    @workflow.checkpoint("there", after="large")
    def large_checkpoint():
        return True

    workflow.run({}, None, RunRecord(str(tmp_path / "first"), "r1"))
    for file in (tmp_path / "first/values").iterdir():
        file.unlink()

    with pytest.raises(DiagnosticError, match=r"'there' of the run r1 cannot be used: the file of its value"):
        workflow.run({}, None, begun(tmp_path, "r2", "there"))
