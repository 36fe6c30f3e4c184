"""Where the tasks of a spec are looked up."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_compiler.document import parse_document
from wt_compiler.environment import TaskSource, find_tasks
from wt_compiler.parse import parse_spec
from wt_compiler.spec import Spec
from wt_contracts.diagnostics import DiagnosticError


def spec(requirements: str, rest: str = "") -> Spec:
    return parse_spec(parse_document(f"id: demo\nrequirements: {requirements}\nworkflow: []\n{rest}", "spec.yaml"))


def test_a_stored_output_needs_no_environment(stored: Path) -> None:
    conda = spec("[{name: gdal, version: '3'}]")
    assert find_tasks(conda, Path(), TaskSource(registry=stored)).entries


def test_what_a_solver_cannot_find_is_said_at_its_requirement(
    tmp_path: Path, conda_channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "cache"))
    first = f"{{name: python, version: '*', channel: '{conda_channel}'}}"
    conda = spec(f"\n- {first}\n- {{name: pandaz, version: '2', channel: '{conda_channel}'}}")
    with pytest.raises(DiagnosticError) as caught:
        find_tasks(conda, tmp_path, TaskSource())
    (found,) = caught.value.diagnostics
    assert (found.code, found.line, found.column) == ("WT401", 4, 3)
    assert "No candidates were found for pandaz" in found.message
    assert found.hint == "did you mean 'pandas'?"


def test_no_environment_is_built_for_a_spec_with_mistakes(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as caught:
        find_tasks(spec("[{name: a, version: 1.5, source: pypi}]", "x: 1\n"), tmp_path, TaskSource())
    assert [found.code for found in caught.value.diagnostics] == ["WT115", "WT110"]


@pytest.mark.parametrize(
    "requirement",
    ["{name: a, path: ./nowhere}", "{name: pandas, version: '<1,>2', source: pypi}"],
)
def test_requirements_that_cannot_be_had_are_shown_where_they_are_written(tmp_path: Path, requirement: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        find_tasks(spec(f"[{requirement}]"), tmp_path, TaskSource())
    assert {found.code for found in caught.value.diagnostics} <= {"WT401", "WT402"}
    assert [(found.file, found.line, found.column) for found in caught.value.diagnostics] == [("spec.yaml", 2, 16)]
    assert caught.value.diagnostics[0].source == f"requirements: [{requirement}]"
