"""A compiled workspace as the compiler writes it, with a run module of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "wt_demo_workflow"

CLI = """\
from wt_task.cli import Workflow, main

WORKFLOW = Workflow(
    package="wt_demo_workflow",
    release="wt-demo-workflow",
    results_env_var="WT_RESULTS",
    steps=2,
    env_vars={env_vars!r},
)

if __name__ == "__main__":
    raise SystemExit(main(WORKFLOW))
"""

PARAMS = {
    "properties": {
        "load": {
            "type": "object",
            "title": "Load",
            "additionalProperties": False,
            "properties": {
                "path": {"type": "string", "title": "Path"},
                "limit": {"type": "integer", "minimum": 1, "default": 10},
                "mode": {"enum": ["fast", "slow"]},
                "since": {"type": "string", "format": "date"},
                "area": {"anyOf": [{"$ref": "#/$defs/Area"}, {"type": "null"}], "default": None},
            },
            "required": ["path"],
        },
        "plot": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"colour": {"type": "string", "default": "blue"}},
            "required": [],
        },
    },
    "$defs": {
        "Area": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"north": {"type": "number"}},
            "required": ["north"],
        }
    },
    "additionalProperties": False,
}


@dataclass
class Demo:
    """A compiled workspace and how to start it."""

    directory: Path
    results: Path
    concurrent: bool = False

    @property
    def result(self) -> dict[str, Any]:
        return json.loads((self.results / "result.json").read_text())

    def write_run(self, code: str) -> None:
        """Write the module of sequential runs; `main(params)` is all that it needs."""
        (self.directory / PACKAGE / "run_sequential.py").write_text(textwrap.dedent(code))

    def write_library(self, code: str, name: str = "demo_tasks") -> None:
        (self.directory / f"{name}.py").write_text(textwrap.dedent(code))

    def argv(self, *arguments: str) -> list[str]:
        chosen = ("--execution-mode", "sequential") if arguments[:1] == ("run",) and not self.concurrent else ()
        return [sys.executable, "-m", f"{PACKAGE}.cli", *arguments, *chosen]

    def environ(self, **variables: str | None) -> dict[str, str]:
        merged = {**os.environ, "PYTHONPATH": f"{self.directory}:{os.environ.get('PYTHONPATH', '')}"}
        merged |= {"WT_RESULTS": self.results.as_uri(), **variables}
        return {name: value for name, value in merged.items() if value is not None}

    def __call__(
        self, *arguments: str, stdin: str | None = None, **variables: str | None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(*arguments),
            env=self.environ(**variables),
            cwd=self.directory,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run(self, params: Any = None, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
        given = {"load": {"path": "x"}} if params is None else params
        return self("run", "--config-json", json.dumps(given), *arguments, **variables)


def write_package(directory: Path, env_vars: tuple[str, ...] = ("WT_RESULTS",)) -> None:
    package = directory / PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "cli.py").write_text(CLI.format(env_vars=env_vars))
    (package / "metadata.py").write_text("IO_TASKS: dict[str, str] = {}\n")
    (package / "params.json").write_text(json.dumps(PARAMS))
    (package / "rjsf.json").write_text(json.dumps({"properties": {"Input": {"properties": PARAMS["properties"]}}}))
    (package / "layout.json").write_text(json.dumps({"groups": {"Input": ["load"]}, "version": "1.0"}))


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """A workspace whose run module returns its parameters."""
    write_package(tmp_path / "workspace")
    demo = Demo(tmp_path / "workspace", tmp_path / "results")
    demo.write_run("def main(params):\n    return params\n")
    return demo
