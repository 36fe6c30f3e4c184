"""The graph in a terminal, and on a page that zooms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from wt_compiler.commands.graph import graph
from wt_compiler.dag import Dag
from wt_compiler.graph.page import to_page
from wt_compiler.graph.terminal import to_terminal
from wt_contracts.diagnostics import DiagnosticError

WORKFLOW = """
- {id: a, task: load}
- {id: b, task: load}
- {id: c, task: anything, partial: {x: '${{ workflow.a.return }}', y: '</script>'}}
- {id: d, task: anything, partial: {x: ['${{ workflow.a.return }}', '${{ workflow.b.return }}']}}
- {id: e, task: old, map: {argnames: path, argvalues: ['${{ workflow.c.return }}', '${{ workflow.d.return }}']}}
- {id: f, task: load, skipif: {conditions: [never]}}
"""


def test_a_terminal_shows_a_line_an_instance_and_a_lane_a_result(compiled: Callable[..., Dag]) -> None:
    assert to_terminal(compiled(WORKFLOW)).splitlines() == [
        "●      a  load",
        "│ ●    b  load",
        "├─┼─●  c  anything",
        "●─┘ │  d  anything",
        "●───┘  e  old (for each path)",
        "●      f  load (may be skipped)",
    ]


def test_a_workflow_without_instances_is_empty() -> None:
    assert to_terminal(Dag("demo", ())) == ""


def test_a_page_holds_the_arguments_and_cannot_be_broken_by_them(compiled: Callable[..., Dag]) -> None:
    page = to_page(compiled(WORKFLOW), b'<?xml version="1.0"?>\n<svg viewBox="0 0 1 1"></svg>')
    (data,) = re.findall(r'<script type="application/json" id="steps">(.*?)</script>', page)
    steps = json.loads(data)
    assert steps["n2"]["arguments"] == {"x": "workflow.a.return", "y": '"</script>"'}
    assert steps["n4"]["how"] == "map over path: [workflow.c.return, workflow.d.return]"
    assert steps["n5"]["skipped"] == ["never"]
    assert steps["n0"]["open"] == ["path", "limit"]
    assert "<?xml" not in page
    assert not re.search(r'(src|href)="?http', page), "it needs nothing from elsewhere"


def test_the_command_prints_lanes_and_writes_a_page(tmp_path: Path, stored: Path, console: Any) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: load}\n")
    arguments = [str(spec), "--registry", str(stored)]
    CliRunner().invoke(graph, [*arguments, "--terminal"], obj=console, catch_exceptions=False)
    assert console.answers[-1] == "●  a  load"
    page = tmp_path / "graph.html"
    CliRunner().invoke(graph, [*arguments, "-o", str(page)], obj=console, catch_exceptions=False)
    assert "<title>n0</title>" in page.read_text(encoding="utf-8")
    result = CliRunner().invoke(graph, [*arguments, "--terminal", "-o", str(page)], obj=console)
    assert result.exit_code == 2


def test_a_workspace_does_not_hold_the_arguments(tmp_path: Path, console: Any) -> None:
    (tmp_path / "graph.dot").write_text("digraph {}")
    (tmp_path / "graph.mmd").write_text("graph TD")
    result = CliRunner().invoke(graph, [str(tmp_path), "--terminal"], obj=console)
    assert "name the spec" in result.output
    with pytest.raises(DiagnosticError):
        CliRunner().invoke(graph, [str(tmp_path / "nowhere"), "--terminal"], obj=console, catch_exceptions=False)
