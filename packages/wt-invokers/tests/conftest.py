"""A compiled workspace as the compiler writes it, with a run module of the test's own."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from wt_contracts.diagnostics import Diagnostic
from wt_invokers.local import LocalInvoker
from wt_invokers.workspace import Workspace

PACKAGE = "wt_demo_workflow"

PYPROJECT = """\
[project]
name = "wt-demo-workflow"
version = "0"

[tool.wt]
id = "demo"
package = "wt_demo_workflow"
results-env-var = "WT_RESULTS"
compiler = "0"
"""

CLI = """\
from wt_task.cli import Workflow, main

WORKFLOW = Workflow(package="wt_demo_workflow", release="wt-demo-workflow", results_env_var="WT_RESULTS", steps=2)

if __name__ == "__main__":
    raise SystemExit(main(WORKFLOW))
"""

PARAMS = {
    "properties": {
        "load": {
            "type": "object",
            "title": "Load the data",
            "additionalProperties": False,
            "properties": {
                "path": {"type": "string", "title": "Path", "description": "Where the data is.", "examples": ["x.csv"]},
                "limit": {"type": "integer", "minimum": 1, "default": 10},
                "mode": {"enum": ["fast", "slow"]},
                "source": {"allOf": [{"$ref": "#/$defs/Source"}]},
            },
            "required": ["path", "source"],
        },
        "plot": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"colour": {"type": "string", "default": "blue"}},
            "required": [],
        },
    },
    "$defs": {
        "Source": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "year": {"type": "integer"}},
            "required": ["name", "year"],
        }
    },
    "additionalProperties": False,
}

GOOD: dict[str, Any] = {"load": {"path": "x", "source": {"name": "here", "year": 2024}}}


ON_THE_ENGINE = """
from wt_task.events import subscribe

from {package}.run_sequential import main


class workflow:
    @staticmethod
    def run(params, observe, record):
        with subscribe(observe):
            return main(params)
"""


@dataclass
class Demo:
    """A compiled workspace."""

    directory: Path
    results: Path

    @property
    def good(self) -> dict[str, Any]:
        """Parameters that the workspace accepts."""
        return GOOD

    @property
    def result(self) -> dict[str, Any]:
        return json.loads((self.results / "result.json").read_text())

    @property
    def workspace(self) -> Workspace:
        return Workspace.read(self.directory)

    @property
    def invoker(self) -> LocalInvoker:
        return LocalInvoker(self.workspace, Path(sys.executable), grace=10)

    def write_run(self, code: str) -> None:
        """Write the run module; `main(params)` is all that it needs."""
        (self.directory / PACKAGE / "run_sequential.py").write_text(textwrap.dedent(code))
        (self.directory / PACKAGE / "run.py").write_text(ON_THE_ENGINE.format(package=PACKAGE))


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """A workspace whose run module returns its parameters."""
    package = tmp_path / "wt-demo-workflow" / PACKAGE
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text(PYPROJECT)
    (package / "__init__.py").write_text("")
    (package / "cli.py").write_text(CLI)
    (package / "metadata.py").write_text("IO_TASKS: dict[str, str] = {}\n")
    (package / "params.json").write_text(json.dumps(PARAMS))
    (package / "layout.json").write_text(json.dumps({"groups": {}, "version": "1.0"}))
    demo = Demo(package.parent, tmp_path / "results")
    demo.write_run("def main(params):\n    return params\n")
    return demo


@dataclass
class RecordingConsole:
    """A console that remembers what it was told."""

    json: bool = False
    interactive: bool = False
    answers: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def answer(self, text: str) -> None:
        self.answers.append(text)

    def progress(self, message: str) -> None:
        self.messages.append(message)

    def diagnose(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics += diagnostics


@pytest.fixture
def console() -> RecordingConsole:
    """A console without a person."""
    return RecordingConsole()
