"""`wt compile`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from wt_compiler.commands.compile import compile_
from wt_contracts.diagnostics import DiagnosticError

SPEC = """
id: demo
requirements: [{name: acme, version: '1.0', channel: conda-forge}]
workflow:
  - {id: source, task: load}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    return path


def run(console: Any, *arguments: str | Path) -> Result:
    return CliRunner().invoke(compile_, [str(argument) for argument in arguments], obj=console)


def test_the_answer_says_where_the_workspace_is(console: Any, spec: Path, stored: Path, tmp_path: Path) -> None:
    result = run(console, spec, "--no-lock", "--registry", stored, "--no-graph")
    assert result.exit_code == 0, result.exception
    assert console.answers == [f"compiled to {tmp_path / 'wt-demo-workflow'} (1 step, version 0.1.0)"]
    assert [warning.code for warning in console.diagnostics] == ["WT143"]
    run(console, spec, "--no-lock", "--registry", stored, "--no-graph")
    assert console.answers[1] == f"up to date: {tmp_path / 'wt-demo-workflow'} (1 step, version 0.1.0)"


@pytest.mark.exhaustive
def test_known_tasks_are_compiled_where_no_channel_can_be_reached(
    console: Any, spec: Path, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WT_OFFLINE", "1")
    spec.write_text(SPEC.replace("conda-forge", "file:///nowhere"))
    result = run(console, spec, "--registry", stored, "--no-graph")
    assert result.exit_code == 0, result.exception
    [warning] = console.diagnostics
    assert (warning.code, warning.line) == ("WT143", 3)
    assert "cannot be reached" in warning.message


def test_a_large_graph_is_explained(console: Any, spec: Path, stored: Path) -> None:
    spec.write_text(SPEC + "".join(f"  - {{id: s{number}, task: load}}\n" for number in range(300)))
    run(console, spec, "--no-lock", "--registry", stored)
    assert "wt graph" in console.answers[0]


def test_the_answer_for_machines_is_one_document(console: Any, spec: Path, stored: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    options = ("--no-graph", "--pkg-name-prefix", "eco", "--results-env-var", "ECO", "-o", output, "--format", "json")
    run(console, spec, "--no-lock", "--registry", stored, *options)
    answer = json.loads(console.answers[0])
    hashes = (answer.pop("structure"), answer.pop("inputs"))
    assert [len(digest) for digest in hashes] == [64, 64]
    assert [diagnostic["code"] for diagnostic in answer.pop("diagnostics")] == ["WT143"]
    assert answer == {
        "directory": str(output),
        "package": "eco_demo_workflow",
        "version": "0.1.0",
        "written": True,
        "steps": 1,
    }


def test_a_mistake_is_raised_for_the_command_line_to_show(console: Any, spec: Path, stored: Path) -> None:
    spec.write_text(SPEC.replace("task: load", "task: lode"))
    result = run(console, spec, "--no-lock", "--registry", stored)
    assert isinstance(result.exception, DiagnosticError)
    assert result.exception.exit_code == 2


def test_options_that_contradict_each_other_are_a_usage_error(console: Any, spec: Path, stored: Path) -> None:
    assert run(console, spec, "--no-lock", "--registry", stored, "--env", "current").exit_code == 2


def test_progress_is_told(console: Any, spec: Path, stored: Path) -> None:
    run(console, spec, "--no-lock", "--registry", stored)
    assert console.messages == ["writing the workspace", "drawing the graph"]
