from __future__ import annotations

import subprocess

from wt_envs.state import source_state

PRINT_STATE = """
import sys, pathlib
from wt_envs.state import source_state

print(source_state(pathlib.Path(sys.argv[1])).digest)
"""


def git(directory, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


def test_an_edit_gives_another_state_and_undoing_it_the_old_one(empty_cache, library):
    directory = library()
    module = directory / "src/weather_lib/__init__.py"
    first = source_state(directory).digest
    module.write_text("VALUE = 2\n")
    second = source_state(directory).digest
    module.write_text("VALUE = 1\n")

    assert first != second
    assert source_state(directory).digest == first


def test_an_edit_that_keeps_size_and_time_is_seen(empty_cache, library, settle):
    directory = library()
    module = directory / "src/weather_lib/__init__.py"
    first = source_state(directory).digest
    module.write_text("VALUE = 3\n")
    settle(directory)

    assert source_state(directory).digest != first


def test_an_edit_right_after_a_look_is_seen(empty_cache, library):
    directory = library()
    module = directory / "src/weather_lib/__init__.py"
    states = set()
    for value in range(50):
        module.write_text(f"VALUE = {value:02}\n")
        states.add(source_state(directory).digest)

    assert len(states) == 50


def test_while_nothing_was_touched_no_process_is_started(empty_cache, library, settle, run_alone):
    directory = library()
    git(directory, "init")
    git(directory, "add", ".")
    git(directory, "commit", "-m", "first")
    settle(directory)
    digest = source_state(directory).digest

    assert run_alone(PRINT_STATE, directory).strip() == digest


def test_what_becomes_ignored_changes_the_state(empty_cache, library):
    directory = library()
    (directory / "notes.txt").touch()
    git(directory, "init")
    first = source_state(directory).digest
    (directory.parent / ".gitignore").touch()
    (directory / ".gitignore").write_text("notes.txt\n.gitignore\n")

    assert source_state(directory).digest != first


def test_the_last_tag_of_the_directorys_own_name_is_found(empty_cache, library):
    directory = library("rain")
    git(directory, "init")
    git(directory, "add", ".")
    git(directory, "commit", "-m", "first")
    assert source_state(directory).tag is None
    for tag in ("rain/v1.2.0", "snow/v3.0.0"):
        git(directory, "tag", tag)

    assert source_state(directory).tag == "1.2.0"


def test_a_version_that_is_read_from_git_belongs_to_the_state(empty_cache, library):
    directory = library()
    pyproject = directory / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("uv_build>=0.9,<1", "setuptools-scm"))
    git(directory, "init")
    git(directory, "add", ".")
    git(directory, "commit", "-m", "first")
    first = source_state(directory)
    git(directory, "commit", "--allow-empty", "-m", "second")

    assert source_state(directory).digest == first.digest
    assert source_state(directory).described != first.described


def test_without_git_the_files_are_enough(empty_cache, library, monkeypatch):
    directory = library()
    git(directory, "init")
    monkeypatch.setenv("PATH", "")

    assert source_state(directory).digest
