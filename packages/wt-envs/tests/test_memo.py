from __future__ import annotations

import os

import pytest
from wt_envs.memo import bound, recall, remember, replace_file


def test_what_is_remembered_is_recalled(tmp_path):
    assert remember(tmp_path / "new/memo", "text") == "text"
    assert recall(tmp_path / "new/memo") == "text"


def test_nothing_is_recalled_where_nothing_was_remembered(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff")

    assert recall(tmp_path / "missing") == ""
    assert recall(tmp_path / "binary") == ""


def test_what_cannot_be_remembered_is_no_error(tmp_path):
    (tmp_path / "file").touch()

    assert remember(tmp_path / "file/memo", "text") == "text"


def test_a_file_that_cannot_be_replaced_stays(tmp_path):
    (tmp_path / "directory").mkdir()

    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "directory", b"content")

    assert [path.name for path in tmp_path.iterdir()] == ["directory"]


def test_what_was_written_longest_ago_is_forgotten_first(tmp_path):
    for number in range(5):
        (tmp_path / str(number)).write_text("")
        os.utime(tmp_path / str(number), (number, number))

    bound(tmp_path, 2)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4"]
    bound(tmp_path / "nowhere", 2)
