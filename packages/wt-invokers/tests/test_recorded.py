from __future__ import annotations

import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.provenance import RunProvenance, RunWorkflow
from wt_invokers.recorded import results_of, run_id_of, run_in
from wt_invokers.results import written_account


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


def test_a_run_is_named_by_its_results_directory_too(home, monkeypatch):
    recorded = home / "20261125-111500-9b01d2"
    (recorded / ".wt").mkdir()
    monkeypatch.chdir(home.parent)

    assert results_of(home, str(recorded.relative_to(home.parent))) == recorded.relative_to(home.parent)
    assert run_in(home / "elsewhere", str(recorded)) == recorded


def test_the_id_of_a_run_is_in_its_account_where_the_directory_has_another_name(tmp_path):
    rounds = tmp_path / "dev"
    (rounds / ".wt").mkdir(parents=True)
    account = RunProvenance(run_id="a-run", status="failed", workflow=RunWorkflow(name="w", package="w", directory="/"))
    (rounds / "run.json").write_bytes(written_account(account))
    assert run_id_of(rounds) == "a-run"

    (rounds / ".wt" / "params-dev.json").write_text("{}")
    assert run_id_of(rounds) == "dev"


def test_runs_of_the_same_name_are_told_apart_by_their_workflow(tmp_path):
    for workflow in ("rain", "snow"):
        (tmp_path / workflow / "dev").mkdir(parents=True)
    with pytest.raises(
        DiagnosticError, match=r"several runs begin with 'dev': (rain/dev, snow/dev|snow/dev, rain/dev)"
    ):
        run_in(tmp_path, "dev")


def test_without_any_run_the_hint_says_what_to_do(tmp_path):
    with pytest.raises(DiagnosticError, match="name its results directory"):
        results_of(tmp_path / "missing", "2025")
