"""A workspace with a real environment: its own tests pass, its command line answers, it can be moved."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from wt_compiler.workspace import Compiled, compile_for_run, compile_spec

LIBRARY = '''
from wt_registry import register


@register(tags=["io"])
def load(path: str = "numbers.txt") -> list[int]:
    """Read numbers."""
    with open(path) as file:
        return [int(line) for line in file]


@register()
def double(number: int, factor: int = 2) -> int:
    return factor * number


@register()
async def total(numbers: list[int]) -> int:
    return sum(numbers)
'''

PYPROJECT = """
[build-system]
requires = ["setuptools>=80"]
build-backend = "setuptools.build_meta"

[project]
name = "counting"
version = "1.0"
dependencies = ["wt-registry"]

[project.entry-points.wt_registry]
counting = "counting"

[tool.setuptools]
packages = ["counting"]
package-data = { counting = ["*.json"] }
"""

SPEC = """
id: demo
requirements:
  - {name: counting, path: library}
workflow:
  - {id: numbers, name: The numbers, task: load}
  - type: task-group
    title: Counting
    description: What is done with them
    tasks:
      - {id: doubled, task: double, map: {argnames: number, argvalues: '${{ workflow.numbers.return }}'}}
  - {id: summed, task: total, partial: {numbers: '${{ workflow.doubled.return }}'}}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """A compiled workspace that was moved since."""
    root = tmp_path_factory.mktemp("compiled")
    package = root / "library" / "counting"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(LIBRARY)
    (package / "load.example-return.json").write_text("[1, 2, 3]")
    (root / "library" / "pyproject.toml").write_text(PYPROJECT)
    (root / "spec.yaml").write_text(SPEC)
    return compile_spec(root / "spec.yaml")


@pytest.fixture(scope="module")
def moved(compiled: Compiled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace somewhere else, with its environment."""
    directory = tmp_path_factory.mktemp("moved") / "workspace"
    shutil.copytree(compiled.directory, directory)
    uv(directory, "sync", "--frozen", "--group", "test")
    return directory


def uv(directory: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-m", "uv", *arguments],
        cwd=directory,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_workspace_holds_its_lock_and_what_the_index_has_not(compiled: Compiled) -> None:
    wheels = {path.name.split("-")[0] for path in (compiled.directory / "wheels").iterdir()}
    assert {"counting", "wt_contracts", "wt_registry", "wt_task"} <= wheels
    assert (compiled.directory / "uv.lock").exists()
    assert "COPY wheels/ wheels/" in (compiled.directory / "Dockerfile").read_text()


def test_the_tests_of_a_workspace_pass(moved: Path) -> None:
    tested = uv(moved, "run", "--frozen", "--group", "test", "pytest", "-q")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "skipped" not in tested.stdout
    assert "12 passed" in tested.stdout


def test_a_workspace_runs_without_wt(moved: Path, tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("1\n2\n")
    (tmp_path / "params.json").write_text(json.dumps({"numbers": {"path": str(tmp_path / "numbers.txt")}}))
    command = ["run", "--frozen", "python", "-m", "wt_demo_workflow.cli", "run", "--config-file"]
    ran = uv(moved, *command, str(tmp_path / "params.json"), WT_RESULTS=str(tmp_path / "results"))
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "results" / "result.json").read_text())["result"] == 6


def test_a_spec_that_is_to_be_run_is_compiled_beside_itself(compiled: Compiled, console: Any) -> None:
    assert compile_for_run(compiled.directory.parent / "spec.yaml", console) == compiled.directory
    assert console.diagnostics == []


def test_compiling_again_solves_nothing_and_writes_nothing(compiled: Compiled) -> None:
    messages: list[str] = []
    again = compile_spec(compiled.directory.parent / "spec.yaml", progress=messages.append)
    assert not again.written
    assert messages == []
