"""A package's version is that of its own last tag, and moves with the commits that touch it alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from wt_dev.member import Member, read_members
from wt_dev.version import TagError, last_tag, member_version, parse_tag


class Checkout:
    """A repository of its own, with two real packages of this one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("begin")

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=self.directory, check=True, capture_output=True)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def touch(self, path: str) -> None:
        with (self.directory / path).open("a", encoding="utf-8") as file:
            file.write("\n")
        self.commit(f"change {path}")

    def member(self, name: str) -> Member:
        return read_members(self.directory)[name]

    def version(self, name: str) -> str:
        return str(member_version(self.member(name)))


@pytest.fixture
def checkout(root, tmp_path) -> Checkout:
    shutil.copy(root / ".gitignore", tmp_path)
    for name in ("wt-task", "wt-engine"):
        source = root / "packages" / name
        for part in ("pyproject.toml", "README.md", "LICENSE", f"src/{name.replace('-', '_')}/__init__.py"):
            target = tmp_path / "packages" / name / part
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / part, target)
    return Checkout(tmp_path)


def test_a_tag_gives_its_package_its_version_and_no_other(checkout):
    checkout.git("tag", "wt-task/v0.2.0")

    assert checkout.version("wt-task") == "0.2.0"
    assert checkout.version("wt-engine") == "0.50.0.post1.dev1"


def test_a_commit_that_only_touches_another_package_changes_no_version(checkout):
    checkout.git("tag", "wt-task/v0.2.0")
    checkout.git("tag", "wt-engine/v0.60.0")
    checkout.touch("packages/wt-engine/src/wt_engine/__init__.py")
    checkout.touch("packages/wt-engine/README.md")

    assert checkout.version("wt-task") == "0.2.0"
    assert checkout.version("wt-engine") == "0.60.0.post1.dev2"


def test_neither_does_what_lies_outside_all_packages(checkout):
    checkout.git("tag", "wt-task/v0.2.0")
    checkout.touch("README.md")

    assert checkout.version("wt-task") == "0.2.0"


def test_a_tag_on_a_commit_of_another_package_counts(checkout):
    checkout.touch("packages/wt-engine/README.md")
    checkout.git("tag", "wt-task/v0.2.0")
    checkout.touch("packages/wt-task/README.md")

    assert checkout.version("wt-task") == "0.2.0.post1.dev1"


def test_uncommitted_changes_of_another_package_do_not_count(checkout):
    checkout.git("tag", "wt-task/v0.2.0")
    (checkout.directory / "packages/wt-engine/README.md").write_text("changed", encoding="utf-8")

    assert checkout.version("wt-task") == "0.2.0"


def test_the_last_release_is_found(checkout):
    assert last_tag(checkout.member("wt-task"), checkout.directory) is None
    checkout.git("tag", "wt-task/v0.2.0")
    checkout.touch("README.md")
    checkout.git("tag", "wt-engine/v0.60.0")

    assert str(last_tag(checkout.member("wt-task"), checkout.directory)) == "wt-task/v0.2.0"


@pytest.mark.parametrize("text", ["v1.0", "wt-task/1.0", "wt-task/v", "wt-task/vnext", ""])
def test_what_is_no_tag_of_a_release_is_refused(text):
    with pytest.raises(TagError, match="no tag of a release"):
        parse_tag(text)


def test_every_released_package_is_set_up_in_this_way(members):
    for name, member in members.items():
        scm = dict(member.tables["tool"]["setuptools_scm"])
        assert scm.pop("fallback_version")
        assert scm == {
            "root": "../..",
            "version_scheme": "no-guess-dev",
            "local_scheme": "no-local-version",
            "tag": {"prefix": f"{name}/v", "strict": True},
            "scm": {"git": {"distance_scope": True}},
        }
