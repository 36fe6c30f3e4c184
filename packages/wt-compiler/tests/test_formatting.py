"""Formatting a tree, whatever lies around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_compiler.formatting import FormatError, Formatting


def formatted(tree: Path) -> str:
    tree.mkdir(parents=True, exist_ok=True)
    (tree / "module.py").write_text("x = {  'a':1 }\n")
    formatting = Formatting(tree)
    try:
        formatting.finish()
    finally:
        formatting.close()
    return (tree / "module.py").read_text()


def test_python_is_formatted(tmp_path: Path) -> None:
    assert formatted(tmp_path / "tree") == 'x = {"a": 1}\n'


def test_a_configuration_of_the_users_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = '[format]\nquote-style = "single"\nexclude = ["*"]\n'
    (tmp_path / "ruff.toml").write_text(config)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "ruff").mkdir()
    (tmp_path / "ruff" / "ruff.toml").write_text(config)
    assert formatted(tmp_path / "tree") == 'x = {"a": 1}\n'


@pytest.mark.parametrize("name", ["build", "dist", ".venv", "node_modules", ".tree", "site-packages"])
def test_the_name_of_a_directory_changes_nothing(tmp_path: Path, name: str) -> None:
    assert formatted(tmp_path / name / "tree") == 'x = {"a": 1}\n'
    assert formatted(tmp_path / name) == 'x = {"a": 1}\n'


def test_ignored_files_are_formatted_too(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*\n")
    assert formatted(tmp_path / "tree") == 'x = {"a": 1}\n'


def test_what_is_no_python_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = (\n")
    with pytest.raises(FormatError, match=r"broken\.py"):
        formatted(tmp_path)
