"""What changed in the public API of a package since its last release."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from wt_dev.member import Member, read_members
from wt_dev.public_api import api_changes

BEFORE = """
from os import path

def load(place: str, rows: int = 10) -> list[int]: ...
def gone() -> None: ...
def _own() -> None: ...

class Reader:
    def read(self) -> str: ...
"""
AFTER = """
from os import path

def load(place: str, columns: int) -> list[int]: ...
def save() -> None: ...
def _other() -> None: ...

class Reader:
    def read(self) -> str: ...
    def close(self) -> None: ...
"""


@pytest.fixture
def member(tmp_path: Path) -> Member:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    package = tmp_path / "packages/wt-sample"
    module = package / "src/wt_sample/__init__.py"
    module.parent.mkdir(parents=True)
    (package / "pyproject.toml").write_text('[project]\nname = "wt-sample"\nversion = "1"\n')
    module.write_text(BEFORE)
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "before")
    git("tag", "wt-sample/v1")
    module.write_text(AFTER)
    return read_members(tmp_path)["wt-sample"]


def test_what_may_break_a_caller_and_what_is_new_is_told(member, tmp_path):
    changes = api_changes(member, tmp_path, "wt-sample/v1")

    told = "\n".join(changes.breaking)
    assert "load(columns): Parameter was added as required" in told
    assert "load(rows): Parameter was removed" in told
    assert "gone: Public object was removed" in told
    assert "_own" not in told
    assert changes.added == ["wt_sample.Reader.close", "wt_sample.save"]


def test_without_a_change_there_is_nothing_to_tell(member, tmp_path):
    (member.directory / "src/wt_sample/__init__.py").write_text(BEFORE)

    assert api_changes(member, tmp_path, "wt-sample/v1") == ([], [])
