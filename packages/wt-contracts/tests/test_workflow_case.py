"""A test case against what a run has left."""

from __future__ import annotations

import pytest
from wt_contracts.result import WorkflowResult
from wt_contracts.workflow_case import WorkflowCase, WorkflowCases, without_places

DONE = WorkflowResult(result={"mean": 3, "days": 2})
BROKEN = WorkflowResult(error="the gauge is broken")


@pytest.mark.parametrize(
    ("case", "result", "failure"),
    [
        (WorkflowCase(), DONE, None),
        (WorkflowCase(), BROKEN, "the run failed: the gauge is broken"),
        (WorkflowCase(fails=True), BROKEN, None),
        (WorkflowCase(fails=True), DONE, "the run succeeded, and was expected to fail"),
        (WorkflowCase(fails=True, error="gauge"), BROKEN, None),
        (
            WorkflowCase(fails=True, error="rain"),
            BROKEN,
            "error: expected one with 'rain' in it, got 'the gauge is broken'",
        ),
        (WorkflowCase(match="exact", expected={"mean": 3, "days": 2}), DONE, None),
        (
            WorkflowCase(match="exact", expected={"mean": 3}),
            DONE,
            "result: 'days' is there, which is not expected: 2",
        ),
        (WorkflowCase(match="exact", expected=None), WorkflowResult(), None),
        (WorkflowCase(match="subset", expected={"mean": 3}), DONE, None),
        (WorkflowCase(match="subset", expected={"mean": 4}), DONE, "result.mean: expected 4, got 3"),
        (WorkflowCase(match="snapshot", expected={"mean": 3, "days": 2}), DONE, None),
        (
            WorkflowCase(match="snapshot", recorded=False),
            DONE,
            "there is no snapshot yet: `wt test SPEC --update-snapshots` takes one",
        ),
    ],
)
def test_a_run_is_compared_with_what_is_expected(case, result, failure):
    assert case.failures(result, []) == ([failure] if failure else [])


def test_the_steps_that_were_skipped_are_compared_if_asked_for():
    assert WorkflowCase().failures(DONE, ["a"]) == []
    assert WorkflowCase(skips=["a", "b"]).failures(DONE, ["b", "c"]) == [
        "a: expected to be skipped, and was not",
        "c: was skipped, which is not expected",
    ]


def test_nothing_is_said_of_skips_in_a_run_that_failed_before_them():
    failed = WorkflowResult(error="no network")
    assert WorkflowCase(skips=["a"]).failures(failed, []) == ["the run failed: no network"]
    assert WorkflowCase(skips=["a"], fails=True).failures(failed, []) == ["a: expected to be skipped, and was not"]


def test_the_files_of_the_results_are_compared_if_asked_for():
    case = WorkflowCase(files={"a": True, "b": False, "c": "text", "d": "ü", "e": True})
    contents = {"a": b"", "b": b"x", "c": b"no", "d": "über".encode(), "e": None}
    assert case.failures(DONE, [], contents) == [
        "<results>/b: is there, which is not expected",
        "<results>/c: expected to hold 'text', and does not",
        "<results>/e: expected to be there, and is not",
    ]
    assert case.failures(DONE, []) == []


def test_nothing_says_where_a_result_was_made():
    result = WorkflowResult(result={"page": ["file:///tmp/r/page.html", "/tmp/r/x", 1]}, error="no /tmp/r/y")
    moved = without_places(result, ["/tmp/r", "file:///tmp/r"])
    assert moved.result == {"page": ["<results>/page.html", "<results>/x", 1]}
    assert moved.error == "no <results>/y"


def test_a_newer_document_is_refused():
    with pytest.raises(ValueError, match="upgrade wt-contracts on the side that reads it"):
        WorkflowCases(version="2.0")


def test_an_approval_is_answered_as_the_case_says():
    case = WorkflowCase(approvals={"a": True, "b": False, "c": {"level": 3}})

    assert [case.answer(step) for step in ("a", "b", "c")] == [
        {"approve": True},
        {"reject": True},
        {"data": '{"level": 3}'},
    ]
    assert case.answer("d") is None
    assert case.answer(None) is None
