"""Example parameters beside a spec."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_compiler.cases import read_cases
from wt_contracts.diagnostics import DiagnosticError


def test_no_file_is_no_cases(tmp_path: Path) -> None:
    assert read_cases(tmp_path) == {}


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_is_no_cases(tmp_path: Path, text: str) -> None:
    (tmp_path / "test-cases.yaml").write_text(text)
    assert read_cases(tmp_path) == {}


def test_cases_are_read_with_dates_as_text(tmp_path: Path) -> None:
    (tmp_path / "test-cases.yaml").write_text(
        "all:\n  name: All\n  params: {range: {since: 2020-01-02, until: 2020-01-02T03:04:05Z}}\n"
        "bad:\n  params:\n  raises: true\n  expected_status_code: 500\n"
    )
    assert read_cases(tmp_path) == {
        "all": {"params": {"range": {"since": "2020-01-02", "until": "2020-01-02T03:04:05+00:00"}}, "raises": False},
        "bad": {"params": {}, "raises": True},
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", "WT103"),
        ("- a", "WT112"),
        ("a: 1", "WT112"),
        ("a: {params: [1]}", "WT112"),
        ("a: !!python/name:os.system", "WT103"),
    ],
)
def test_a_file_that_holds_no_cases_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "test-cases.yaml").write_text(text)
    with pytest.raises(DiagnosticError) as raised:
        read_cases(tmp_path)
    assert [diagnostic.code for diagnostic in raised.value.diagnostics] == [code]
