from __future__ import annotations

import pytest
from wt_envs.memo import recall, remember, replace_file


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
