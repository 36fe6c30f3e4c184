"""Files that a command writes for the user."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_compiler.written import write_whole
from wt_contracts.diagnostics import DiagnosticError


@pytest.mark.parametrize("place", [".", "/", "there"])
def test_a_directory_is_not_written_to_and_nothing_is_left_beside_it(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.raises(DiagnosticError, match=r"WT140.*: the page cannot be written: Is a directory"):
        write_whole(Path(place), b"content", "the page")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
