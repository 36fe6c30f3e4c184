"""What a compile wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_compiler import manifest
from wt_compiler.manifest import Manifest


@pytest.fixture
def written(tmp_path: Path) -> Manifest:
    (tmp_path / "pkg").mkdir()
    for name in ("README.md", "VERSION.yaml", "pkg/cli.py"):
        (tmp_path / name).write_text(name)
    made = manifest.describe(tmp_path, ["pkg/cli.py", "README.md", "VERSION.yaml"], "drawn")
    (tmp_path / manifest.FILE).write_text(made.to_json())
    return made


def test_a_manifest_survives_its_file(tmp_path: Path, written: Manifest) -> None:
    assert manifest.read(tmp_path) == written
    assert written.is_whole(tmp_path)
    assert written.changed(tmp_path) == []


def test_a_changed_file_is_told_from_a_missing_one(tmp_path: Path, written: Manifest) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "pkg" / "cli.py").unlink()
    assert not written.is_whole(tmp_path)
    assert written.changed(tmp_path) == ["README.md"]


def test_the_version_may_be_set_by_hand(tmp_path: Path, written: Manifest) -> None:
    (tmp_path / "VERSION.yaml").write_text("version: 1.0.0")
    assert written.changed(tmp_path) == []
    assert not written.is_whole(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"format": 99, "picture": "drawn", "files": {}}'])
def test_a_file_that_is_no_manifest_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / manifest.FILE).write_text(text)
    assert manifest.read(tmp_path) is None
