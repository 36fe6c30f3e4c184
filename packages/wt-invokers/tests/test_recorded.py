from __future__ import annotations

import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_invokers.recorded import results_of


@pytest.fixture
def home(tmp_path):
    for name in ("20261125-101500-3fa2c1", "20261125-111500-9b01d2"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_a_run_is_named_by_its_id_or_by_the_beginning_of_it(home):
    assert results_of(home, "20261125-111500-9b01d2") == home / "20261125-111500-9b01d2"
    assert results_of(home, "20261125-10") == home / "20261125-101500-3fa2c1"


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("2026", "several runs begin with '2026': 20261125-101500-3fa2c1, 20261125-111500-9b01d2"),
        ("2025", "there is no run '2025'"),
    ],
)
def test_a_beginning_that_names_no_run_alone_is_refused(home, run, words):
    with pytest.raises(DiagnosticError, match=words):
        results_of(home, run)


def test_without_any_run_the_hint_says_what_to_do(tmp_path):
    with pytest.raises(DiagnosticError, match="--results"):
        results_of(tmp_path / "missing", "2025")
