from __future__ import annotations

import pytest
from wt_task.cli.results import ResultsError, open_results


def test_a_file_url_is_a_local_directory(tmp_path):
    directory = tmp_path / "a b#c"
    results = open_results(directory.as_uri())

    results.write("result.json", b"{}")

    assert results.path == str(directory)
    assert (directory / "result.json").read_bytes() == b"{}"


def test_a_file_url_with_localhost_is_one_too(tmp_path):
    assert open_results(f"file://localhost{tmp_path}").path == str(tmp_path)


def test_a_path_is_taken_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_results("50%20 off").write("x", b"1")

    assert (tmp_path / "50%20 off" / "x").exists()


def test_writing_replaces_and_removing_twice_is_fine(tmp_path):
    results = open_results(str(tmp_path))
    results.write("x", b"1")
    results.write("x", b"2")
    assert (tmp_path / "x").read_bytes() == b"2"

    results.remove("x")
    results.remove("x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["file://host/path", "file:", "file:///a?b", "foo://x", "s3://", "memory://x", "az://c", "\0", "file:///%00"]
)
def test_a_url_that_means_nothing_is_refused_with_a_reason(url):
    with pytest.raises(ResultsError):
        open_results(url)


def test_a_directory_that_is_not_writable_is_refused_with_a_reason(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ResultsError, match="cannot be created"):
        open_results(str(tmp_path / "file" / "x"))


def test_a_full_disk_leaves_no_half_written_file(tmp_path):
    results = open_results(str(tmp_path))
    (tmp_path / "x").mkdir()

    with pytest.raises(ResultsError, match="cannot be written"):
        results.write("x", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_an_object_store_takes_results(tmp_path):
    results = open_results("memory:///")

    results.write("result.json", b"{}")
    results.remove("result.json")
    results.remove("result.json")
    assert results.path is None
