"""`wt registry`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from wt_compiler.commands.registry import registry
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.registry import RegistryOutput


@pytest.fixture
def run(stored: Path, console: Any) -> Any:
    def call(*options: str) -> str:
        arguments = ["--registry", str(stored), *options]
        result = CliRunner().invoke(registry, arguments, obj=console, standalone_mode=False)
        if result.exception:
            raise result.exception
        (answer,) = console.answers
        return str(answer)

    return call


def test_tasks_are_listed_under_their_modules(run: Any) -> None:
    lines = run().splitlines()
    assert lines[0] == "acme.csv:"
    assert "  read" in lines
    assert "12 tasks" in lines


def test_tasks_are_searched(run: Any) -> None:
    assert run("--search", "DRAW").splitlines() == ["acme.tasks:", "  draw", "1 task"]


def test_one_task_is_shown_with_its_parameters(run: Any) -> None:
    answer = run("--task", "draw")
    assert "acme.tasks.draw" in answer
    assert "- frame (acme.Frame, required)" in answer
    assert "- style (Style, required)" in answer
    assert "- dpi (not in forms)" in answer


def test_a_misspelt_task_has_a_near_miss(run: Any) -> None:
    with pytest.raises(DiagnosticError) as caught:
        run("--task", "drwa")
    assert caught.value.diagnostics[0].hint == "did you mean 'draw'?"


def test_machines_get_a_registry_output(run: Any) -> None:
    offered = msgspec.convert(json.loads(run("--task", "read", "--format", "json")), type=RegistryOutput)
    assert [entry.public_module_path for entry in offered.entries.values()] == ["acme.csv", "acme.json"]


def test_a_spec_that_is_not_there_is_an_error_wherever_the_tasks_come_from(run: Any, tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError, match="cannot be read"):
        run(str(tmp_path / "spec.yaml"))
