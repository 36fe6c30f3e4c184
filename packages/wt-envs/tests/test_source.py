from __future__ import annotations

import subprocess

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.git import Git
from wt_envs.source import copy_files, hash_files, source_files

PRODUCTS = [
    "build/lib/stale.py",
    "dist/x.whl",
    "lib.egg-info/PKG-INFO",
    "src/__pycache__/m.pyc",
    ".venv/bin/python",
    "myenv/pyvenv.cfg",
    "myenv/lib/m.py",
    ".mypy_cache/x.json",
    "cache/CACHEDIR.TAG",
    "cache/x",
    "wt-rain-workflow/pyproject.toml",
    "wt-rain-workflow/run.py",
    "results/rain/20261126-1/.wt/workspace.json",
    "results/rain/20261126-1/page.html",
    "results/rain/unrecorded/run.json",
    "results/rain/unrecorded/result.json",
    "results/rain/unrecorded/tables/a.csv",
]
SOURCES = [
    ".wt/spec.schema.json",
    "src/run.json",
    "pyproject.toml",
    "src/lib/__init__.py",
    "src/lib/build/__init__.py",
    "data.csv",
]


@pytest.fixture
def tree(tmp_path):
    for name in (*PRODUCTS, *SOURCES):
        path = tmp_path / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[project]\n\n[tool.wt]\npackage = 'x'\n" if "workflow/py" in name else "[project]\n")
    return tmp_path / "lib"


def test_products_of_tools_are_no_sources(tree):
    assert source_files(tree, None) == sorted(SOURCES)


def test_in_git_products_that_are_not_ignored_are_no_sources_either(tree):
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)

    assert source_files(tree, Git.of(tree)) == sorted(SOURCES)


def test_in_git_what_is_ignored_is_left_out_and_what_is_tracked_counts_anyway(tree):
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    subprocess.run(["git", "add", "-f", "dist/x.whl"], cwd=tree, check=True)
    (tree / ".gitignore").write_text("*.csv\ndist\n")
    expected = {*SOURCES, ".gitignore", "dist/x.whl"} - {"data.csv"}

    assert source_files(tree, Git.of(tree)) == sorted(expected)


def test_what_was_deleted_is_no_source(tree):
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    subprocess.run(["git", "add", "data.csv"], cwd=tree, check=True)
    (tree / "data.csv").unlink()

    assert "data.csv" not in source_files(tree, Git.of(tree))


@pytest.mark.parametrize("edit", ["content", "name", "mode", "link"])
def test_every_change_of_a_file_changes_the_hash(tree, edit):
    path = tree / "data.csv"
    before = hash_files(tree, source_files(tree, None))
    if edit == "content":
        path.write_text("other")
    elif edit == "name":
        path.rename(tree / "other.csv")
    elif edit == "mode":
        path.chmod(0o755)
    else:
        path.unlink()
        path.symlink_to("pyproject.toml")

    assert hash_files(tree, source_files(tree, None)) != before


def test_a_copy_has_the_same_hash(tree, tmp_path):
    (tree / "link").symlink_to("nowhere")
    (tree / "data.csv").chmod(0o755)
    names = source_files(tree, None)

    copy_files(tree, names, tmp_path / "copy")

    assert hash_files(tmp_path / "copy", names) == hash_files(tree, names)


def test_a_file_that_cannot_be_read_is_named(tree, tmp_path):
    (tree / "gone").symlink_to("nowhere")

    with pytest.raises(DiagnosticError) as caught:
        copy_files(tree, ["missing"], tmp_path / "copy")

    assert caught.value.diagnostics[0].code == Code.REQUIREMENT_SOURCE_MISSING
    assert "missing" in str(caught.value)


def test_a_link_to_a_file_elsewhere_is_copied_as_the_file(tree, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("one")
    (tree / "page.md").symlink_to(page)
    before = hash_files(tree, ["page.md"])
    copy_files(tree, ["page.md"], tmp_path / "copy")
    page.write_text("two")

    assert (tmp_path / "copy/page.md").read_text() == "one"
    assert not (tmp_path / "copy/page.md").is_symlink()
    assert hash_files(tree, ["page.md"]) != before
