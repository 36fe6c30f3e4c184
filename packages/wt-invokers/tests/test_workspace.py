from __future__ import annotations

import json

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_invokers.workspace import Workspace


def test_a_workspace_says_what_runs_and_where_results_go(demo):
    workspace = Workspace.read(demo.directory)

    assert (workspace.id, workspace.package, workspace.results_env_var) == ("demo", "wt_demo_workflow", "WT_RESULTS")
    assert workspace.params_schema["required"] == ["load"]
    assert workspace.layout.groups == {}


@pytest.mark.parametrize(
    "content", ["[project]\nname = 'x'\n", "[tool.wt]\nid = 'x'\n", "not toml", "[tool]\nwt = 1\n"]
)
def test_a_directory_that_is_no_workspace_is_refused(tmp_path, content):
    (tmp_path / "pyproject.toml").write_text(content)

    with pytest.raises(DiagnosticError) as caught:
        Workspace.read(tmp_path)

    assert caught.value.diagnostics[0].code == Code.NOT_A_WORKSPACE


def test_the_workspace_inside_a_directory_is_suggested(demo):
    with pytest.raises(DiagnosticError) as caught:
        Workspace.read(demo.directory.parent)

    assert caught.value.diagnostics[0].hint == f"did you mean {demo.directory}?"


def test_a_workspace_whose_files_were_lost_is_one_clear_message(demo):
    (demo.directory / "wt_demo_workflow" / "params.json").unlink()

    with pytest.raises(DiagnosticError, match=r"params\.json"):
        _ = demo.workspace.params_schema


def test_a_layout_of_a_newer_minor_version_is_read(demo):
    layout = {"groups": {"Where": ["load"]}, "version": "1.7", "columns": 2}
    (demo.directory / "wt_demo_workflow" / "layout.json").write_text(json.dumps(layout))

    assert demo.workspace.layout.groups == {"Where": ["load"]}


@pytest.mark.parametrize("layout", [[], {"groups": 1}, {"groups": {}, "version": "2.0"}])
def test_a_layout_that_is_none_is_one_clear_message(demo, layout):
    (demo.directory / "wt_demo_workflow" / "layout.json").write_text(json.dumps(layout))

    with pytest.raises(DiagnosticError, match=r"layout\.json"):
        _ = demo.workspace.layout
