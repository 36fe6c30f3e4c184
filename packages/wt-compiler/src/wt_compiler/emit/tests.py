"""The tests that travel with a workspace."""

from __future__ import annotations

from wt_contracts.workflow_case import CASES_FILE, WorkflowCase, WorkflowCases

from wt_compiler.emit import Files
from wt_compiler.emit.json_text import json_text
from wt_compiler.emit.literals import quoted
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow


def emit(workflow: Workflow) -> Files:
    """The test modules; with the author's test cases, or a mock run if nothing has to be chosen for it."""
    names = workflow.names
    context = {"package": quoted(names.package), "results_env_var": quoted(names.results_env_var)}
    files: Files = {"tests/test_workspace.py": render("test_workspace.py.jinja", **context)}
    cases = workflow.cases
    if not cases and workflow.has_io and not workflow.forms.needs_parameters:
        cases = {"defaults": WorkflowCase()}
    if cases:
        document = WorkflowCases(cases=cases, env_vars=list(workflow.env_vars))
        files[f"tests/{CASES_FILE}"] = json_text(document)
        files["tests/test_cases.py"] = render("test_cases.py.jinja", **context)
    return files
