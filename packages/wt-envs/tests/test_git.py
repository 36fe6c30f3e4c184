from __future__ import annotations

import subprocess

import pytest
from wt_envs.git import Git, GitError


def git(directory, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


def test_a_directory_outside_of_git_has_no_work_tree(tmp_path):
    assert Git.of(tmp_path) is None


def test_tracked_files_are_told_from_new_ones_and_ignored_ones_are_left_out(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "package").mkdir()
    for name in ("tracked", "ignored", "new", "with space\nand line"):
        (tmp_path / "package" / name).touch()
    (tmp_path / ".gitignore").write_text("ignored\n")
    git(tmp_path, "add", "package/tracked")
    tree = Git.of(tmp_path / "package")

    assert tree.root == tmp_path
    assert tree.files(tmp_path / "package") == (["tracked"], ["new", "with space\nand line"])


def test_a_linked_work_tree_is_found(tmp_path):
    (tmp_path / "main").mkdir()
    git(tmp_path / "main", "init")
    git(tmp_path / "main", "commit", "--allow-empty", "-m", "first")
    git(tmp_path / "main", "worktree", "add", "../linked")
    tree = Git.of(tmp_path / "linked")

    assert tree.root == tmp_path / "linked"
    assert (tree.directory / "index").is_file()
    assert tmp_path / "main/.git/packed-refs" in tree.markers


def test_a_git_that_is_missing_or_refuses_is_an_error_of_its_own(tmp_path, monkeypatch):
    git(tmp_path, "init")
    tree = Git.of(tmp_path)
    with pytest.raises(GitError, match="not-a-command"):
        tree.ask("not-a-command", at=tmp_path)

    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="not installed"):
        tree.files(tmp_path)


def test_variables_that_point_git_elsewhere_are_ignored(tmp_path, monkeypatch):
    git(tmp_path, "init")
    (tmp_path / "new").touch()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))

    assert Git.of(tmp_path).files(tmp_path) == ([], ["new"])
