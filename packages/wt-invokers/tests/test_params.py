from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_invokers.params import STDIN, Params, parse_value


def assigned(demo, *assignments: str) -> dict:
    params = Params()
    for assignment in assignments:
        params.assign(assignment, demo.workspace.params_schema)
    return params.values


def test_a_value_that_is_json_is_json_and_anything_else_is_text(demo):
    assert assigned(demo, "load.limit=3", "load.path=a=b c") == {"load": {"limit": 3, "path": "a=b c"}}


def test_text_that_looks_like_a_number_stays_text_where_text_is_wanted(demo):
    assert assigned(demo, "load.path=2024", "plot.colour=null") == {
        "load": {"path": "2024"},
        "plot": {"colour": "null"},
    }


def test_quoted_json_text_is_the_text_inside(demo):
    assert assigned(demo, 'load.path="2024"') == {"load": {"path": "2024"}}


def test_a_path_goes_inside_a_parameter(demo):
    values = assigned(demo, "load.source.name=7", "load.source.year=2024")

    assert values == {"load": {"source": {"name": "7", "year": 2024}}}


def test_an_assignment_wins_over_the_file(demo, tmp_path):
    file = tmp_path / "params.yaml"
    file.write_text("load:\n  path: file\n  limit: 3\n")
    params = Params()
    params.load(file)

    params.assign("load.path=given", demo.workspace.params_schema)

    assert params.values == {"load": {"path": "given", "limit": 3}}


def test_parameters_come_from_standard_input_too(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("load: {path: ü}\nplot: [\n".encode())))
    params = Params()
    with pytest.raises(DiagnosticError, match=r"--> -:3:1"):
        params.load(STDIN)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("load: {path: ü}".encode())))
    params.load(STDIN)
    assert params.values == {"load": {"path": "ü"}}


@pytest.mark.parametrize("assignment", ["load.path", "load.path=\udcff", "load=1", "=1", "load..path=1", ".=1"])
def test_what_is_no_assignment_is_refused(demo, assignment):
    with pytest.raises(DiagnosticError) as caught:
        assigned(demo, assignment)

    assert caught.value.diagnostics[0].code == Code.USAGE


def test_a_path_through_a_value_is_refused(demo):
    with pytest.raises(DiagnosticError, match=r"load\.path is not a mapping"):
        assigned(demo, "load.path=x", "load.path.deeper=y")


def test_all_that_is_wrong_is_said_with_its_line_and_what_to_do(demo, tmp_path):
    file = tmp_path / "params.yaml"
    file.write_text("load:\n  path: x\n  limit: 0\nplott:\n  colour: red\n")
    params = Params()
    params.load(file)

    with pytest.raises(DiagnosticError) as caught:
        params.check(demo.workspace.params_schema)

    by_message = {diagnostic.message: diagnostic for diagnostic in caught.value.diagnostics}
    assert by_message["the parameter load.limit must be at least 1, and is 0"].line == 3
    assert by_message["there is no parameter plott"].hint == "did you mean plot?"
    assert "--set load.source=VALUE" in by_message["the parameter load.source is missing"].hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [1", "is missing here"),
        (b"\ta: 1", "a tab"),
        (b"a: 1\na: 2\n", "second time"),
        (b"- a\n", "must be a mapping"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_file_that_holds_no_parameters_is_refused(tmp_path, content, words):
    (tmp_path / "p.yaml").write_bytes(content)

    with pytest.raises(DiagnosticError, match=words) as caught:
        Params().load(tmp_path / "p.yaml")

    assert caught.value.exit_code == 2


def test_a_missing_file_is_one_clear_message(tmp_path):
    with pytest.raises(DiagnosticError, match="No such file"):
        Params().load(tmp_path / "none.yaml")


@given(st.text(max_size=40))
def test_any_text_is_a_json_value(text):
    json.dumps(parse_value(text, None, {}), allow_nan=False)


def test_half_of_a_surrogate_pair_is_not_read_as_json():
    assert parse_value('"\\ud800"', None, {}) == '"\\ud800"'


NESTED = {
    "type": "object",
    "properties": {
        "draw": {
            "type": "object",
            "properties": {
                "line": {
                    "type": "object",
                    "properties": {
                        "points": {"type": "array", "items": {"type": "object", "required": ["x"]}},
                        "since": {"type": "string", "format": "date"},
                    },
                },
            },
        }
    },
}


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("draw.line.since=2024-13-45", "draw.line.since must be a date such as 2024-05-31, and is"),
        ("draw.line.points=3", "the parameter draw.line.points must be a list, and is 3"),
        ('draw.line.points=[{"y": 1}]', "the parameter draw.line.points[0].x is missing"),
        ('draw.line={"since": 3}', "the parameter draw.line.since must be text, and is 3"),
    ],
)
def test_a_wrong_value_inside_of_a_parameter_is_shown_with_its_option(tmp_path, assignment, words):
    file = tmp_path / "params.yaml"
    file.write_text("draw:\n  line:\n    since: 2024-01-02\n    points: [{x: 1}]\n")
    params = Params()
    params.load(file)
    params.assign(assignment, NESTED)

    with pytest.raises(DiagnosticError) as refused:
        params.check(NESTED)

    [found] = refused.value.diagnostics
    assert words in found.message
    assert (found.file, found.line) == (f"--set {assignment.partition('=')[0]}", None)
