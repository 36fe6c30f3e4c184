"""`wt dev`: a spec that runs again whenever it or its tasks are saved, and only what has changed."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TASKS = '''
"""Tasks that leave a note."""

import json
import os
from pathlib import Path

from wt_registry import register


def note(text: str) -> None:
    with open(os.environ["NOTES"], "a") as file:
        file.write(f"{text}\\n")


@register()
def lines(path: str) -> list[str]:
    """Read lines."""
    note("lines")
    return Path(path).read_text().splitlines()


@register()
def length(text: str) -> int:
    """Measure."""
    note(f"length {text}")
    return len(text)


@register()
def total(numbers: list[int], factor: int = 1) -> int:
    """Sum up."""
    note("total")
    return sum(numbers) * factor
'''
SPEC = """id: watched
requirements:
  - {name: watched-tasks, path: ./library}
workflow:
  - {id: read, task: lines, partial: {path: words.txt}}
  - id: measured
    task: length
    map: {argnames: text, argvalues: '${{ workflow.read.return }}'}
  - {id: summed, task: total, partial: {numbers: '${{ workflow.measured.return }}', factor: 1}}
"""
PROJECT = """
[project]
name = "watched-tasks"
version = "1.0"
dependencies = ["wt-registry"]
[project.entry-points.wt_registry]
watched_tasks = "watched_tasks"
[build-system]
requires = ["setuptools>=80"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
py-modules = ["watched_tasks"]
"""


class Dev:
    """`wt dev` in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.tasks = directory / "library" / "watched_tasks.py"
        self.spec = directory / "spec.yaml"
        self.notes_file = directory.with_name(f"{directory.name}-notes")
        self.tasks.parent.mkdir()
        self.tasks.write_text(TASKS)
        (directory / "library" / "pyproject.toml").write_text(PROJECT)
        self.spec.write_text(SPEC)
        (directory / "words.txt").write_text("one\nthree\n")
        self._process = subprocess.Popen(
            [str(Path(sys.executable).parent / "wt"), "dev", "spec.yaml"],
            cwd=directory,
            env=os.environ | {"NOTES": str(self.notes_file)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def round(self) -> str:
        """What it says until it waits."""
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("waiting for changes"):
                return "".join(said)
            said.append(line)
        raise AssertionError(f"it ended: {''.join(said)}")

    @property
    def notes(self) -> list[str]:
        """What has run since this was asked last, sorted."""
        found = sorted(self.notes_file.read_text().splitlines()) if self.notes_file.exists() else []
        self.notes_file.unlink(missing_ok=True)
        return found

    def replace(self, path: Path, before: str, after: str) -> str:
        """Edit a file, and say what is said of it."""
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))
        return self.round()

    def end(self) -> int:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=60)
        return self._process.returncode


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Dev]:
    started = Dev(tmp_path)
    try:
        yield started
    finally:
        started.end()


def test_what_has_changed_runs_again_and_nothing_else(dev) -> None:
    said = dev.round()
    assert "result: 8" in said
    assert dev.notes == ["length one", "length three", "lines", "total"]

    said = dev.replace(dev.tasks, "sum(numbers) * factor", "sum(numbers) * factor + 1")
    assert f"changed: {Path('library', 'watched_tasks.py')}" in said
    assert "result: 9" in said
    assert dev.notes == ["total"]

    said = dev.replace(dev.tasks, '"""Measure."""', '"""Measure."""  # a comment')
    assert "result: 9" in said
    assert dev.notes == []

    said = dev.replace(dev.spec, "factor: 1", "factor: 2")
    assert "result: 17" in said
    assert dev.notes == ["total"]

    said = dev.replace(dev.tasks, "len(text)", "len(text")
    assert "error[" in said
    assert "Traceback (most recent call last)" not in said

    said = dev.replace(dev.tasks, "len(text", "len(text) * 2")
    assert "result: 33" in said
    assert dev.notes == ["length one", "length three", "total"]

    said = dev.replace(dev.spec, "task: total", "task: totl")
    assert "totl" in said
    dev.replace(dev.spec, "task: totl", "task: total")
    assert dev.notes == []

    (dev.directory / "words.txt").write_text("one\nthree\nfive\n")
    said = dev.replace(dev.spec, "factor: 2", "factor: 1")
    assert dev.notes == ["length five", "lines", "total"]
    assert "result: 25" in said

    assert dev.end() == 0


def test_a_spec_inside_of_its_library_does_not_run_again_because_of_its_own_results(dev: Dev) -> None:
    dev.round()
    for name in ("watched_tasks.py", "pyproject.toml"):
        (dev.tasks.parent / name).rename(dev.directory / name)
    dev.replace(dev.spec, "path: ./library", "path: .")
    said = dev.replace(dev.directory / "watched_tasks.py", "sum(numbers) * factor", "sum(numbers) * factor + 1")
    assert "changed: watched_tasks.py\n" in said
    said = dev.replace(dev.spec, "factor: 1", "factor: 2")
    assert "changed: spec.yaml\n" in said


def test_it_says_at_once_that_there_is_no_such_spec(wt, tmp_path) -> None:
    done = wt("dev", "nothing.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert "nothing.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_spec_with_an_approval_waits_for_it_and_goes_on_as_is_said(dev: Dev) -> None:
    dev.round()
    said = dev.replace(dev.spec, "{id: summed, task: total,", "{id: summed, approval: {reason: Sum up?}, task: total,")
    assert "suspended after 2 of 3 steps" in said
    command = shlex.split(said.split("go on with: ")[1].splitlines()[0])
    dev.notes  # noqa: B018 - what has run so far
    wt = [str(Path(sys.executable).parent / command[0]), *command[1:]]
    environment = os.environ | {"NOTES": str(dev.notes_file)}
    ended = subprocess.run(wt, cwd=dev.directory, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert dev.notes == ["total"]


def test_the_record_keeps_the_last_rounds_and_every_other_run(dev: Dev, wt) -> None:
    dev.round()
    record = dev.directory / "results" / "watched" / "dev" / ".wt"
    notes = str(dev.notes_file)
    done = wt("run", "spec.yaml", "--results", "results/watched/dev", cwd=dev.directory, NOTES=notes)
    assert done.returncode == 0, done.stderr
    before = {path.name for path in record.glob("params-*")}
    for factor in range(1, 7):
        dev.replace(dev.spec, f"factor: {factor}", f"factor: {factor + 1}")

    after = {path.name for path in record.glob("params-*")}
    assert len(after & before) == 1
    assert len(after) == 6
    listed = wt("engine", "runs", "--store", str(record / "runs.db"), "--json", cwd=dev.directory)
    assert {f"params-{run['run_id']}.json" for run in json.loads(listed.stdout)["runs"]} == after
