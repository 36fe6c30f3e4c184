"""Exceptions of other packages in `retry`: the environment says before a run that there is none of that name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = """id: demo
requirements: []
workflow:
  - id: a
    task: fetch
    retry: {attempts: 2, on: NAMES}
"""
PART = SPEC.replace("id: demo", "id: part")
LIBRARY = """
from wt_registry import register

class RainError(Exception): ...
class Halt(BaseException): ...
LIMIT = 3

@register()
def fetch() -> int:
    return 1
"""


def check(directory: Path, spec: str) -> tuple[int, list[str]]:
    library = directory / "rain_tasks-1.dist-info"
    library.mkdir(exist_ok=True)
    (library / "METADATA").write_text("Metadata-Version: 2.1\nName: rain-tasks\nVersion: 1\n")
    (library / "entry_points.txt").write_text("[wt_registry]\nrain_tasks = rain_tasks\n")
    (directory / "rain_tasks.py").write_text(LIBRARY)
    (directory / "broken_tasks.py").write_text("print('loud')\nraise RuntimeError('cannot be imported here')\n")
    (directory / "spec.yaml").write_text(spec)
    command = [sys.executable, "-m", "wt_cli", "check", "spec.yaml", "--env", "current"]
    environ = os.environ | {"PYTHONPATH": str(directory)}
    done = subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True, timeout=120)
    lines = done.stderr.splitlines()
    places = [line.strip().removeprefix("--> ") for line in lines if "-->" in line]
    said = [line for line in lines if line.startswith("error")]
    return done.returncode, [f"{place} {text}" for place, text in zip(places, said, strict=False)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("rain_tasks.RainError", []),
        ("broken_tasks.Whatever", []),
        ("[rain_tasks.RainError, OSError]", []),
        (
            "rain_tasks.RainEror",
            ["spec.yaml:6:30 error[WT113]: the module 'rain_tasks' has no exception 'RainEror'"],
        ),
        ("rain_tsks.RainError", ["spec.yaml:6:30 error[WT113]: the environment has no module 'rain_tsks'"]),
        (
            "[OSError, rain_tasks.Halt]",
            ["spec.yaml:6:40 error[WT113]: 'rain_tasks.Halt' is no exception of a failure"],
        ),
        ("rain_tasks.LIMIT", ["spec.yaml:6:30 error[WT113]: 'rain_tasks.LIMIT' is no exception of a failure"]),
    ],
)
def test_a_name_that_the_environment_does_not_know_is_a_mistake(
    names: str, expected: list[str], tmp_path: Path
) -> None:
    code, found = check(tmp_path, SPEC.replace("NAMES", names))
    assert found == expected
    assert code == (2 if expected else 0)


def test_it_is_found_in_a_sub_workflow_too(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text(PART.replace("NAMES", "rain_tasks.Nothing"))
    spec = "id: demo\nrequirements: []\nworkflow:\n  - {id: p, uses: ./part.yaml}\n"
    code, found = check(tmp_path, spec)
    assert code == 2
    assert found == ["part.yaml:6:30 error[WT113]: the module 'rain_tasks' has no exception 'Nothing'"]
