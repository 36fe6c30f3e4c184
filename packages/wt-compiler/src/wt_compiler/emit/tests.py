"""The tests that travel with a workspace."""

from __future__ import annotations

from wt_compiler.emit import Files
from wt_compiler.emit.json_text import json_text
from wt_compiler.emit.literals import quoted
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow


def emit(workflow: Workflow) -> Files:
    """The test modules; a mock run if its parameters are known and there is something to mock."""
    names = workflow.names
    context = {"package": quoted(names.package), "results_env_var": quoted(names.results_env_var)}
    files: Files = {"tests/test_workspace.py": render("test_workspace.py.jinja", **context)}
    cases = workflow.cases
    if not cases and not workflow.forms.needs_parameters:
        cases = {"defaults": {"params": {}, "raises": False}}
    if cases and workflow.has_io:
        files["tests/cases.json"] = json_text(cases)
        env_vars = [quoted(name) for name in workflow.env_vars]
        files["tests/test_mock_run.py"] = render("test_mock_run.py.jinja", env_vars=env_vars, **context)
    return files
