"""A check that goes on: `wt check --watch`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

GOOD = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: load}\n"


@pytest.fixture
def watched(tmp_path: Path, stored: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD)
    code = (
        "import sys; from wt_cli.main import main; "
        f"sys.exit(main(['check', {str(path)!r}, '--registry', {str(stored)!r}, '--watch']))"
    )
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    yield path, process
    process.kill()
    process.communicate()


def lines_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """What is said up to the line with a text."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError("".join(lines))


def test_a_spec_is_checked_again_when_it_changes(watched: tuple[Path, subprocess.Popen[str]]) -> None:
    path, process = watched
    lines_until(process, "1 task instance, no mistakes")
    path.write_text(GOOD.replace("load", "laod"))
    assert any("error[WT121]" in line for line in lines_until(process, "1 mistake"))
    path.unlink()
    assert any("error[WT101]" in line for line in lines_until(process, "1 mistake"))
    path.write_text(GOOD + "  - {id: b, task: load}\n")
    lines_until(process, "2 task instances, no mistakes")
