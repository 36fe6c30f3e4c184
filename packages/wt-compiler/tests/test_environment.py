"""Where the tasks of a spec are looked up."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_compiler.document import parse_document
from wt_compiler.environment import TaskSource, conda_requirements, find_tasks
from wt_compiler.parse import parse_spec
from wt_compiler.spec import Spec
from wt_contracts.diagnostics import DiagnosticError


def spec(requirements: str, rest: str = "") -> Spec:
    return parse_spec(parse_document(f"id: demo\nrequirements: {requirements}\nworkflow: []\n{rest}", "spec.yaml"))


def test_a_stored_output_needs_no_environment(stored: Path) -> None:
    conda = spec("[{name: gdal, version: '3'}]")
    assert find_tasks(conda, Path(), TaskSource(registry=stored)).entries


def test_conda_requirements_are_named_and_the_way_out_is_said(tmp_path: Path) -> None:
    conda = spec("[{name: gdal, version: '3'}, {name: pandas, version: '2', source: pypi}]")
    assert [requirement.name for requirement in conda_requirements(conda)] == ["gdal"]
    with pytest.raises(DiagnosticError) as caught:
        find_tasks(conda, tmp_path, TaskSource())
    (found,) = caught.value.diagnostics
    assert (found.code, found.line, found.column) == ("WT406", 2, 15)
    assert "gdal" in found.message
    assert found.hint is not None
    assert "--registry" in found.hint


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
    assert [(found.file, found.line, found.column) for found in caught.value.diagnostics] == [("spec.yaml", 2, 15)]
    assert caught.value.diagnostics[0].source == f"requirements: [{requirement}]"
