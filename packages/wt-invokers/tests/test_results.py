from __future__ import annotations

import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.result import WorkflowResult
from wt_invokers.results import Results


def test_a_path_becomes_a_url_for_the_workflow(tmp_path):
    results = Results(tmp_path / "a b")

    assert results.url == (tmp_path / "a b").as_uri()
    assert str(results) == str(tmp_path / "a b")


def test_a_file_url_is_a_local_directory(tmp_path):
    assert Results((tmp_path / "a b").as_uri()).path == tmp_path / "a b"


def test_clearing_makes_the_directory_and_removes_an_older_result(tmp_path):
    results = Results(tmp_path / "x")
    results.clear()
    results.write(WorkflowResult(result=1))
    results.clear()

    assert results.read() is None
    assert list((tmp_path / "x").iterdir()) == []


def test_a_result_that_is_cut_short_is_no_result(tmp_path):
    (tmp_path / "result.json").write_text('{"result": 1')

    assert Results(tmp_path).read() is None


def test_a_result_that_cannot_be_written_leaves_nothing_beside_it(tmp_path):
    (tmp_path / "result.json").mkdir()

    with pytest.raises(DiagnosticError, match="WT504"):
        Results(tmp_path).write(WorkflowResult(result=1))

    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_a_results_directory_that_was_removed_is_made_again(tmp_path):
    results = Results(tmp_path / "x")
    results.write(WorkflowResult(error="no rain"))

    assert results.read() == WorkflowResult(error="no rain")


def test_an_object_store_takes_results():
    results = Results("memory:///")

    results.clear()
    assert results.read() is None
    results.write(WorkflowResult(error="no rain"))
    assert results.read() == WorkflowResult(error="no rain")


@pytest.mark.parametrize("url", ["foo://x", "file://host/x", "file:///a?b", "s3://"])
def test_a_url_that_means_nothing_is_refused(url):
    with pytest.raises(DiagnosticError, match="WT504"):
        Results(url)
