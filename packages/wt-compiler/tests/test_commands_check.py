"""`wt check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from wt_compiler.commands.check import check
from wt_contracts.diagnostics import DiagnosticError

GOOD = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: load}\n"
WARNS = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: old}\n"
BAD = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: laod}\n  - {id: a, task: old}\n"


@pytest.fixture
def run(tmp_path: Path, stored: Path, console: Any) -> Any:
    def call(text: str, *options: str) -> Any:
        path = tmp_path / "spec.yaml"
        path.write_text(text)
        arguments = [str(path), "--registry", str(stored), *options]
        result = CliRunner().invoke(check, arguments, obj=console, standalone_mode=False)
        if result.exception:
            raise result.exception
        return console

    return call


def test_a_good_spec_is_said_to_be_good(run: Any) -> None:
    assert "1 task instance, no mistakes" in run(GOOD).answers[0]


def test_warnings_are_shown_and_do_not_fail(run: Any) -> None:
    console = run(WARNS)
    assert [found.code for found in console.diagnostics] == ["WT130"]
    assert console.answers


def test_warnings_fail_a_strict_check(run: Any) -> None:
    with pytest.raises(DiagnosticError) as caught:
        run(WARNS, "--strict")
    assert caught.value.exit_code == 2


def test_all_mistakes_are_reported_with_exit_code_2(run: Any) -> None:
    with pytest.raises(DiagnosticError) as caught:
        run(BAD)
    assert [found.code for found in caught.value.diagnostics] == ["WT121", "WT120", "WT130"]
    assert caught.value.exit_code == 2


def test_machines_get_one_document(run: Any) -> None:
    (answer,) = run(WARNS, "--format", "json").answers
    (found,) = json.loads(answer)["diagnostics"]
    assert (found["code"], found["severity"], found["line"], found["column"]) == ("WT130", "warning", 4, 19)
    assert json.loads(run(GOOD, "--format", "json").answers[-1]) == {"diagnostics": []}


def test_machines_are_asked_for_before_anything_can_fail(run: Any, console: Any) -> None:
    with pytest.raises(DiagnosticError):
        run(BAD, "--format", "json")
    assert console.json


def test_a_registry_and_an_environment_cannot_be_chosen_together(run: Any) -> None:
    with pytest.raises(Exception, match="cannot be used together"):
        run(GOOD, "--env", "current")


def test_the_test_cases_are_named_as_the_spec_is(
    tmp_path: Path, stored: Path, console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow" / "spec.yaml").write_text(GOOD)
    (tmp_path / "flow" / "test-cases.yaml").write_text("a: {parms: {}}\n")
    arguments = ["flow/spec.yaml", "--registry", str(stored), "--format", "github"]
    CliRunner().invoke(check, arguments, obj=console, standalone_mode=False)
    assert console.answers[0].startswith("::error file=flow/test-cases.yaml,line=1,col=5")
