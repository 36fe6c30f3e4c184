"""The test cases of a workspace: run side by side, compared, reported, and their snapshots kept."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import click
import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.workflow_case import WorkflowCase, WorkflowCases
from wt_invokers import case_report, snapshots
from wt_invokers.case_command import test as command
from wt_invokers.cases import CaseOutcome, CaseRunner, chosen, read_cases

RUN = """\
import os
import sys

from wt_task import task


def double(x: int) -> int:
    return 2 * x


def main(params):
    limit = params["load"].get("limit", 10)
    sys.stderr.write(f"limit {limit}\\n")
    doubled = task(double).validate().set_task_instance_id("doubled").handle_errors().partial(x=limit).call()
    chain = task(double).validate().set_task_instance_id("plot").handle_errors()
    chain.skipif(conditions=[lambda *_: limit > 10], unpack_depth=1).partial(x=1).call()
    if limit == 13:
        raise RuntimeError("the gauge is broken")
    return {"doubled": doubled, "page": os.environ["WT_RESULTS"] + "/page.html", "data": os.environ["DATA"]}
"""


def case(limit: int, good: dict, **expected) -> WorkflowCase:
    return WorkflowCase(params={"load": {**good["load"], "limit": limit}}, mock_io=False, **expected)


def outcomes_of(demo, cases: dict[str, WorkflowCase], jobs: int = 2, **options) -> list[CaseOutcome]:
    demo.write_run(RUN)
    return CaseRunner(demo.invoker, ["DATA"], lambda _message: None, **options).run(cases, jobs)


def test_each_case_is_a_run_of_its_own_and_is_told_what_differs(demo):
    outcomes = outcomes_of(
        demo,
        {
            "exact": case(
                2,
                demo.good,
                match="exact",
                expected={"doubled": 4, "page": "<results>/page.html", "data": "<results>"},
            ),
            "subset": case(3, demo.good, match="subset", expected={"doubled": 7}),
            "skipped": case(11, demo.good, skips=["plot"]),
            "ran": case(1, demo.good, skips=["plot"]),
            "broken": case(13, demo.good, fails=True, error="gauge"),
            "filed": case(2, demo.good, files={"result.json": '"doubled": 4', "none": False, "page.html": True}),
            "alas": case(13, demo.good),
        },
    )
    failures = {each.name: each.failures for each in outcomes}
    assert list(failures) == ["exact", "subset", "skipped", "ran", "broken", "filed", "alas"]
    assert failures == {
        "exact": [],
        "subset": ["result.doubled: expected 7, got 6"],
        "skipped": [],
        "ran": ["plot: expected to be skipped, and was not"],
        "broken": [],
        "filed": ["<results>/page.html: expected to be there, and is not"],
        "alas": failures["alas"],
    }
    assert "the gauge is broken" in failures["alas"][0]
    assert "limit 3" in outcomes[1].output


def test_parameters_that_are_refused_fail_the_case(demo):
    [outcome] = outcomes_of(demo, {"zero": case(0, demo.good)})
    assert "at least 1" in outcome.failures[0]


def test_a_run_that_takes_too_long_fails_its_case(demo):
    demo.write_run("import threading\n\ndef main(params):\n    threading.Event().wait()\n")
    runner = CaseRunner(demo.invoker, [], lambda _message: None, timeout=0.5)
    [outcome] = runner.run({"endless": WorkflowCase(params=demo.good, mock_io=False)}, 1)
    assert "took longer than 0.5 s" in outcome.failures[0]


def test_a_workspace_without_cases_says_what_to_do(demo):
    with pytest.raises(DiagnosticError, match=r"write test-cases\.yaml beside the spec"):
        chosen(read_cases(demo.workspace), [], demo.workspace)


def test_an_unknown_case_is_told_with_the_near_miss(demo):
    document = WorkflowCases(cases={"july": WorkflowCase(), "june": WorkflowCase()})
    with pytest.raises(DiagnosticError, match=r"WT515(.|\n)*'jully'(.|\n)*did you mean 'july'"):
        chosen(document, ["jully"], demo.workspace)
    assert list(chosen(document, ["june"], demo.workspace)) == ["june"]
    assert list(chosen(document, [], demo.workspace)) == ["july", "june"]


def test_cases_are_chosen_by_a_pattern_too(demo):
    document = WorkflowCases(cases={name: WorkflowCase() for name in ("a-1", "b", "a-2", "a-*")})
    assert list(chosen(document, ["b", "a-?"], demo.workspace)) == ["a-1", "b", "a-2", "a-*"]
    assert list(chosen(document, ["a-*"], demo.workspace)) == ["a-*"]
    with pytest.raises(DiagnosticError, match="'c-\\*'"):
        chosen(document, ["c-*", "b"], demo.workspace)


def test_a_file_that_holds_no_cases_is_refused(demo):
    path = demo.directory / "tests" / "cases.json"
    path.parent.mkdir()
    path.write_text('{"version": "7.0"}')
    with pytest.raises(DiagnosticError, match="compile the spec again"):
        read_cases(demo.workspace)


def test_a_snapshot_is_taken_and_the_next_run_compared_with_it(demo, tmp_path):
    spec = tmp_path / "spec.yaml"
    asked = case(2, demo.good, match="snapshot", recorded=False, skips=["plot"], files={"page.html": True})
    cases = {"kept": asked, "broken": case(13, demo.good, match="snapshot", expected=[1]), "free": case(1, demo.good)}
    outcomes = outcomes_of(demo, cases)
    assert "--update-snapshots" in outcomes[0].failures[0]

    updated = snapshots.update(spec, cases, outcomes)

    taken = json.loads((tmp_path / "test-snapshots.json").read_text())
    assert taken == {
        "broken": [1],  # a run that failed changes nothing
        "kept": {"doubled": 4, "page": "<results>/page.html", "data": "<results>"},
    }
    assert updated[0].failures == [
        "plot: expected to be skipped, and was not",
        "<results>/page.html: expected to be there, and is not",
    ]
    again = replace(asked, expected={**taken["kept"], "doubled": 5}, recorded=True, skips=None, files={})
    [outcome] = outcomes_of(demo, {"kept": again})
    assert outcome.failures == ["result.doubled: expected 5, got 4"]


def test_a_snapshot_that_is_near_enough_stays_as_it_is(demo, tmp_path):
    near = {"doubled": 4.001, "page": "<results>/page.html", "data": "<results>"}
    cases = {"near": case(2, demo.good, match="snapshot", expected=near, tolerance=0.01)}

    [outcome] = snapshots.update(tmp_path / "spec.yaml", cases, outcomes_of(demo, cases))

    assert outcome.failures == []
    assert json.loads((tmp_path / "test-snapshots.json").read_text()) == {"near": near}


def test_snapshots_that_nobody_asks_for_are_removed(demo, tmp_path):
    (tmp_path / "test-snapshots.json").write_text("{}")
    snapshots.update(tmp_path / "spec.yaml", {}, [])
    assert not (tmp_path / "test-snapshots.json").exists()


def test_the_snapshots_of_a_workspace_cannot_be_updated(demo, console):
    context = click.Context(command, obj=console)
    with context, pytest.raises(click.UsageError, match="needs the spec"):
        context.invoke(command, target=demo.directory, names=(), update_snapshots=True, as_json=False)


def test_a_report_is_what_continuous_integration_reads(demo, tmp_path):
    outcomes = outcomes_of(demo, {"good": case(2, demo.good), "bad\x01": case(13, demo.good)})
    path = tmp_path / "reports" / "junit.xml"
    case_report.write_junit(path, "demo", outcomes)

    [suite] = ElementTree.parse(path).getroot()
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("demo", "2", "1")
    good, bad = suite.findall("testcase")
    assert good.find("failure") is None
    assert bad.get("name") == "bad\ufffd"
    assert "the gauge is broken" in (bad.findtext("failure") or "")
    assert "limit 13" in (bad.findtext("system-err") or "")


def test_a_person_and_a_machine_are_told_the_same(demo):
    outcomes = outcomes_of(demo, {"good": case(2, demo.good), "bad": case(2, demo.good, match="exact", expected=1)})
    lines = case_report.as_text(outcomes).splitlines()
    assert lines[0].startswith("ok      good  ")
    assert lines[1].startswith("failed  bad   ")
    assert lines[2].startswith("        result: expected 1, got {")
    assert lines[3] == "1 of 2 cases failed"
    document = json.loads(case_report.as_json(outcomes))
    assert [each["passed"] for each in document["cases"]] == [True, False]
    assert not document["passed"]
    assert case_report.as_text(outcomes[:1]).endswith("1 of 1 case passed")


def test_a_message_of_several_lines_stays_under_its_case():
    outcome = CaseOutcome(name="bad", seconds=0.5, failures=["no gauge:\nask for one"], result=None)
    assert case_report.as_text([outcome]).splitlines()[1:3] == ["        no gauge:", "        ask for one"]


def test_a_target_is_a_spec_or_a_workspace(demo, tmp_path):
    (tmp_path / "spec.yaml").write_text("")
    assert snapshots.spec_of(tmp_path / "spec.yaml") == tmp_path / "spec.yaml"
    assert snapshots.spec_of(tmp_path) == tmp_path / "spec.yaml"
    assert snapshots.spec_of(demo.directory) is None
