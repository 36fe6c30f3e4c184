"""Which packages CI tests after a change."""

from __future__ import annotations

import subprocess

import pytest
from wt_dev.changed import changed_packages, changed_paths


@pytest.mark.parametrize(
    ("path", "concerned"),
    [
        ("packages/wt-cli/src/wt_cli/main.py", {"wt-cli"}),
        ("packages/wt-envs/README.md", {"wt-envs", "wt-compiler", "wt-dev", "wt-invokers", "wt-invokers-gcp"}),
        ("packages/wt-task/tests/test_task.py", {"wt-task", "wt-task-gcp"}),
        ("metapackages/wt-task-gcp/pyproject.toml", {"wt-task-gcp"}),
        ("docs/tutorial.md", set()),
        ("examples/hello/spec.yaml", set()),
        ("tests/test_layers.py", set()),
        ("packages/README.md", set()),
        ("packages/wt-removed/src/wt_removed/gone.py", set()),
    ],
)
def test_a_change_concerns_its_package_and_what_stands_on_it(members, path, concerned):
    assert set(changed_packages([path], members)) == concerned


@pytest.mark.parametrize(
    "path",
    [
        "uv.lock",
        "pyproject.toml",
        "conftest.py",
        ".ci/run",
        ".github/workflows/ci.yml",
        "scripts/check",
        "packages/wt-dev/src/wt_dev/changed.py",
    ],
)
def test_what_all_are_built_or_tested_with_concerns_all(members, path):
    assert changed_packages([path], members) == sorted(members)


def test_everything_stands_on_the_contracts(members):
    assert changed_packages(["packages/wt-contracts/pyproject.toml"], members) == sorted(members)


def test_several_changes_add_up(members):
    paths = ["packages/wt-cli/README.md", "docs/tutorial.md", "packages/wt-registry/README.md"]

    assert changed_packages(paths, members) == ["wt-cli", "wt-registry"]


def test_the_changes_of_a_branch_are_those_since_it_left(tmp_path):
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def commit(name: str) -> None:
        (tmp_path / name).write_text(name, encoding="utf-8")
        git("add", "--all")
        git("commit", "--quiet", "--message", name)

    git("init", "--quiet", "--initial-branch", "main")
    commit("begin")
    git("switch", "--quiet", "--create", "branch")
    commit("mine")
    git("switch", "--quiet", "main")
    commit("theirs")
    git("switch", "--quiet", "branch")
    commit("mine ä")

    assert changed_paths(tmp_path, "main") == ["mine", "mine ä"]
    with pytest.raises(subprocess.CalledProcessError):
        changed_paths(tmp_path, "nowhere")
