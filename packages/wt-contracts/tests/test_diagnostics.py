from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, format_json, format_text, near_miss

MISTAKE = Diagnostic(
    code=Code.UNKNOWN_TASK,
    message="there is no task 'laod'",
    file="spec.yaml",
    line=12,
    column=11,
    source="    task: laod",
    hint="did you mean load?",
)

diagnostics = st.builds(
    Diagnostic,
    code=st.sampled_from(Code),
    severity=st.sampled_from(["error", "warning"]),
    message=st.text(),
    file=st.none() | st.text(),
    line=st.none() | st.integers(1, 10**6),
    column=st.none() | st.integers(1, 200),
    source=st.none() | st.text(),
    hint=st.none() | st.text(),
)


def test_text_shows_message_place_line_caret_and_hint():
    assert format_text(MISTAKE).splitlines() == [
        "error[WT121]: there is no task 'laod'",
        "  --> spec.yaml:12:11",
        " 12 |     task: laod",
        "    |           ^",
        "  hint: did you mean load?",
    ]


def test_the_caret_stands_below_its_column_when_the_line_has_tabs():
    tabbed = replace(MISTAKE, source="\ttask: laod", column=8)

    line, caret = format_text(tabbed).splitlines()[2:4]

    assert caret.partition("| ")[2] == "\t" + " " * 6 + "^"
    assert line.partition("| ")[2][caret.partition("| ")[2].index("^")] == "l"


@pytest.mark.parametrize(
    ("unknown", "place"),
    [
        ({"column": None}, "spec.yaml:12"),
        ({"column": None, "line": None, "source": None}, "spec.yaml"),
        ({"file": None, "column": None, "line": None, "source": None}, ""),
    ],
)
def test_what_is_not_known_of_the_place_is_left_out(unknown, place):
    diagnostic = replace(MISTAKE, **unknown)

    assert diagnostic.place == place
    assert "None" not in format_text(diagnostic)


def test_a_warning_is_called_one():
    assert format_text(replace(MISTAKE, severity="warning")).startswith("warning[WT121]: ")


@given(diagnostics)
def test_every_diagnostic_has_a_text_that_names_its_code(diagnostic):
    assert diagnostic.code in format_text(diagnostic)


@given(st.lists(diagnostics, max_size=3))
def test_json_can_be_read_back(found):
    document = json.loads(format_json(found))

    assert [msgspec.convert(each, type=Diagnostic) for each in document["diagnostics"]] == found


def test_an_error_carries_all_that_was_found_and_the_exit_code():
    warning = replace(MISTAKE, severity="warning")

    assert DiagnosticError(MISTAKE).diagnostics == [MISTAKE]
    assert DiagnosticError([MISTAKE, warning]).diagnostics == [MISTAKE, warning]
    assert DiagnosticError(MISTAKE).exit_code == 2
    assert DiagnosticError(MISTAKE, exit_code=1).exit_code == 1
    assert str(DiagnosticError([MISTAKE, warning])) == format_text(MISTAKE) + "\n" + format_text(warning)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("laod_csv", "load_csv"), ("load_csv", "load_csv"), ("LOAD_CSV", "load_csv"), ("zzz", None), ("", None)],
)
def test_the_near_miss_is_what_was_meant_or_nothing(name, meant):
    assert near_miss(name, ["load_csv", "draw_chart"]) == meant


def test_nothing_is_near_when_there_is_nothing():
    assert near_miss("load", []) is None
