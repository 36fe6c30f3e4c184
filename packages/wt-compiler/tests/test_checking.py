"""A check that goes on: `wt check --watch`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

GOOD = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: load}\n"


@contextmanager
def watching(path: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`wt check --watch` of a spec."""
    arguments = ["check", str(path), *options, "--watch"]
    code = f"import sys; from wt_cli.main import main; sys.exit(main({arguments!r}))"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    try:
        yield process
    finally:
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


def test_a_spec_is_checked_again_when_it_changes(tmp_path: Path, stored: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD)
    with watching(path, "--registry", str(stored)) as process:
        lines_until(process, "1 task instance, no mistakes")
        path.write_text(GOOD.replace("load", "laod"))
        assert any("error[WT121]" in line for line in lines_until(process, "1 mistake"))
        path.unlink()
        assert any("error[WT101]" in line for line in lines_until(process, "1 mistake"))
        path.write_text(GOOD + "  - {id: b, task: load}\n")
        lines_until(process, "2 task instances, no mistakes")


def test_a_spec_is_checked_again_when_a_task_of_a_library_changes(
    tmp_path: Path, install: Callable[[str, str], None]
) -> None:
    source = "from wt_registry import register\n\n@register()\ndef load() -> int:\n    return 1\n"
    install("watched_library", source)
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD.replace("[]", "[{name: watched-library, path: ./site}]"))
    with watching(path, "--env", "current") as process:
        lines_until(process, "1 task instance, no mistakes")
        module = tmp_path / "site" / "watched_library.py"
        module.write_text(source.replace("load", "loaded"))
        assert any("error[WT121]" in line for line in lines_until(process, "1 mistake"))
        module.write_text(source)
        lines_until(process, "1 task instance, no mistakes")
