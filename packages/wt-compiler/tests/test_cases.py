"""The test cases beside a spec."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.cases import CaseFile
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.workflow_case import WorkflowCase

PARAMS = {
    "properties": {
        "load": {
            "type": "object",
            "properties": {"days": {"type": "integer", "minimum": 1}},
            "required": ["days"],
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}
PUBLISHED = Path(__file__).parents[4] / "shared" / "real" / "events"


APPROVALS = {"plot": {"remark": {"type": "string", "default": ""}}, "send": {"level": {"type": "integer"}}}


def read(directory: Path, text: str) -> dict[str, WorkflowCase]:
    (directory / "test-cases.yaml").write_text(text)
    return CaseFile.read(directory, ["load", "plot", "send"], APPROVALS).cases


def refused(directory: Path, text: str) -> list[str]:
    (directory / "test-cases.yaml").write_text(text)
    with pytest.raises(DiagnosticError) as raised:
        CaseFile.read(directory, ["load", "plot", "send"], APPROVALS).check_params(PARAMS)
    return [f"{each.line}:{each.column} {each.code} {each.message}" for each in raised.value.diagnostics]


def test_no_file_is_no_cases(tmp_path: Path) -> None:
    file = CaseFile.read(tmp_path, [])
    file.check_params(PARAMS)
    assert file.cases == {}


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_is_no_cases(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == {}


def test_a_case_says_how_its_run_has_to_end(tmp_path: Path) -> None:
    cases = read(
        tmp_path,
        "all: {name: All, description: Everything, params: {load: {since: 2020-01-02}}, expect: {result: {a: 1}}}\n"
        "some: {mock-io: false, expect: {subset: [1], skips: [plot]}}\n"
        "kept: {expect: {snapshot: true}}\n"
        "free: {expect: {snapshot: false}}\n"
        "bad: {expect: {error: no data}}\n"
        "none: {params: , expect: {result: }}\n"
        "asked: {approvals: {plot: true, send: {level: 3}}}\n"
        "near: {expect: {subset: [0.1], tolerance: 1e-9}}\n"
        "made: {expect: {files: {a/b.csv: true, c: false, d.html: <h1>}}}\n",
    )
    assert cases == {
        "all": WorkflowCase(params={"load": {"since": "2020-01-02"}}, match="exact", expected={"a": 1}),
        "some": WorkflowCase(mock_io=False, match="subset", expected=[1], skips=["plot"]),
        "kept": WorkflowCase(match="snapshot", recorded=False),
        "free": WorkflowCase(),
        "bad": WorkflowCase(fails=True, error="no data"),
        "none": WorkflowCase(match="exact", expected=None),
        "asked": WorkflowCase(approvals={"plot": True, "send": {"level": 3}}),
        "made": WorkflowCase(files={"a/b.csv": True, "c": False, "d.html": "<h1>"}),
        "near": WorkflowCase(match="subset", expected=[0.1], tolerance=1e-9),
    }


def test_a_snapshot_belongs_to_its_case(tmp_path: Path) -> None:
    (tmp_path / "test-snapshots.json").write_text(json.dumps({"one": [1], "gone": 2}))
    cases = read(tmp_path, "one: {expect: {snapshot: true}}\ntwo: {expect: {snapshot: true}}\n")
    assert cases["one"] == WorkflowCase(match="snapshot", expected=[1])
    assert not cases["two"].recorded


if PUBLISHED.is_dir():

    def test_the_published_shape_is_read() -> None:
        cases = CaseFile.read(PUBLISHED, []).cases
        assert [case.fails for case in cases.values()] == [False, False, False, False, True]
        assert all(len(case.params) == 9 and case.mock_io and case.match == "any" for case in cases.values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "2:1 WT103"),
        ("- a", "1:1 WT112 'test-cases.yaml' must be a mapping, not a list"),
        ("a: 1", "1:4 WT112 the case 'a' must be a mapping, not the number 1"),
        ("a: {params: [1]}", "1:13 WT112 the 'params' of the case 'a' must be a mapping, not a list"),
        ("a: {params: {}}\na: {}", "2:1 WT104"),
        ("a: {parms: {}}", "1:5 WT110 the case 'a' has no key 'parms'"),
        ("a: {expect: {results: 1}}", "1:14 WT110 the 'expect' of the case 'a' has no key 'results'"),
        ("a: {expect: {result: 1, subset: 1}}", "1:25 WT113 the case 'a' expects 'result' and 'subset'"),
        ("a: {expect: {result: 1, error: x}}", "1:32 WT113 the case 'a' expects a result and an error"),
        ("a: {raises: true, expect: {result: 1}}", "1:13 WT113 the case 'a' expects a result and an error"),
        ("a: {expect: {result: 1, tolerance: x}}", "1:36 WT112 'tolerance' must be a number from 0 to less than 1"),
        ("a: {expect: {result: 1, tolerance: 1}}", "1:36 WT112 'tolerance' must be a number from 0 to less than 1"),
        ("a: {expect: {result: 1, tolerance: true}}", "1:36 WT112 'tolerance' must be a number"),
        ("a: {expect: {tolerance: 0.1}}", "1:25 WT113 the case 'a' has a tolerance and expects no result"),
        ("a: {expect: {files: [page.html]}}", "1:21 WT112 'files' must be a mapping, not a list"),
        ("a: {expect: {files: {../x: true}}}", "1:22 WT113 '../x' is no path inside of the results directory"),
        ("a: {expect: {files: {/x: true}}}", "1:22 WT113 '/x' is no path inside of the results directory"),
        ("a: {expect: {files: {x: 3}}}", "1:25 WT112 the file 'x' must be true, false or a text that it holds"),
        ("a: {description: 3}", "1:18 WT112 the 'description' of the case 'a' must be a string"),
        ("'': {}", "1:5 WT113 a case needs a name"),
        ("a: {expect: {error: 1}}", "1:21 WT112 'error' must be a string, not the number 1"),
        ("a: {expect: {skips: plot}}", "1:21 WT112 'skips' must be a list"),
        ("a: {expect: {skips: [plott]}}", "1:22 WT123 there is no task instance 'plott'"),
        ("a: {mock-io: maybe}", "1:14 WT112 'mock-io' must be true or false"),
        ("a: {params: {load: {days: 0}}}", "1:27 WT502 the case 'a': the parameter load.days"),
        ("a: {params: {lod: {days: 1}}}", "WT502 the case 'a'"),
        ("a: {}", "1:4 WT50"),
        ("a: {approvals: [plot]}", "1:16 WT112 'approvals' must be a mapping"),
        ("a: {approvals: {plott: true}}", "1:17 WT123 there is no task instance 'plott'"),
        ("a: {approvals: {load: true}}", "1:17 WT123 'load' waits for no approval"),
        ("a: {approvals: {plot: maybe}}", "1:23 WT112 the approval of 'plot' must be true, false or what is filled in"),
        ("a: {approvals: {plot: {remrk: x}}}", "WT552 the approval of 'plot': there is no parameter remrk"),
        ("a: {approvals: {send: true}}", "1:23 WT552 the approval of 'send': the parameter level is missing"),
        ("a: {approvals: {send: {level: x}}}", "1:31 WT552 the approval of 'send': the parameter level must be"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    assert any(told in line for line in refused(tmp_path, text)), refused(tmp_path, text)


def test_the_parameters_of_a_case_that_is_to_fail_may_be_wrong(tmp_path: Path) -> None:
    (tmp_path / "test-cases.yaml").write_text(
        "a: {params: {load: {days: 0}}, expect: {error: at least}}\nb: {raises: true}"
    )
    CaseFile.read(tmp_path, []).check_params(PARAMS)


@pytest.mark.parametrize(("text", "place"), [("{\n  1", (2, 3)), ("[]", (1, 1))])
def test_snapshots_that_are_none_are_refused_with_their_place(
    tmp_path: Path, text: str, place: tuple[int, int]
) -> None:
    (tmp_path / "test-snapshots.json").write_text(text)
    with pytest.raises(DiagnosticError) as raised:
        read(tmp_path, "a: {expect: {snapshot: true}}")
    [found] = raised.value.diagnostics
    assert (found.line, found.column) == place
    assert found.file == str(tmp_path / "test-snapshots.json")


WORDS = [
    "a:",
    "expect: {",
    "files: {",
    "tolerance:",
    "approvals: {",
    "raises:",
    "skips",
    "error:",
    "result:",
    "params:",
    "{",
    "}",
    "1",
    "true",
    "..",
    "[",
    "]",
    "-1",
]


@given(text=st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_whatever_stands_there_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    directory = tmp_path_factory.mktemp("cases")
    (directory / "test-cases.yaml").write_text(text, encoding="utf-8", newline="")
    with suppress(DiagnosticError):
        CaseFile.read(directory, ["load"]).check_params(PARAMS)
