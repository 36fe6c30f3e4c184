from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """A directory that goes on the path of every `wt` that `run` starts."""
    directory = tmp_path / "plugins"
    directory.mkdir()
    return directory


@pytest.fixture
def offer(plugins: Path) -> Callable[..., None]:
    """Install a package with one command, `demo` unless said otherwise, whose module has the given source."""

    def install(source: str, *, command: str = "demo", attribute: str = "command") -> None:
        (plugins / f"wt_{command}_plugin.py").write_text(source)
        information = plugins / f"wt_{command}_plugin-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: wt-{command}-plugin\nVersion: 1.0\n")
        entry = f"[wt.commands]\n{command} = wt_{command}_plugin:{attribute}\n"
        (information / "entry_points.txt").write_text(entry)

    return install


@pytest.fixture
def environ(plugins: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "CI", "WT_DEBUG")}
    return kept | {"PYTHONPATH": str(plugins)}


@pytest.fixture
def run(environ: dict[str, str], tmp_path: Path) -> Run:
    """Run `wt` as a process of its own, without a terminal."""

    def start(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "wt_cli", *args],
            env=environ | variables,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return start


@pytest.fixture
def run_on_terminal(environ: dict[str, str], tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Run `wt` on a terminal: answers to what it asks, by the question; gives the exit code and what was shown."""

    def start(*args: str, answers: dict[str, str] | None = None, **variables: str) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "wt_cli", *args],
            env={"TERM": "xterm-256color", "COLUMNS": "120"} | environ | variables,
            cwd=tmp_path,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        try:
            shown = _talk(ours, answers or {})
        finally:
            os.close(ours)
        return process.wait(timeout=60), shown

    return start


def _talk(terminal: int, answers: dict[str, str]) -> str:
    shown, open_questions = "", dict(answers)
    while select.select([terminal], [], [], 60)[0]:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not chunk:
            break
        shown += chunk.decode()
        for question in [question for question in open_questions if question in shown]:
            os.write(terminal, (open_questions.pop(question) + "\n").encode())
    return shown
