"""pyproject.toml and pixi.toml of a workspace."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.dag import Dag
from wt_compiler.emit.project import emit, toml_string
from wt_compiler.emit.workflow import Workflow
from wt_envs.lock import Lock

REQUIREMENTS = """
id: demo
requirements:
  - {name: python-lib, version: ">=1,<2", channel: "https://example.org/channel/"}
  - {requirement: "conda-forge::other.lib 2.*"}
  - {name: plain, version: "3", channel: conda-forge}
  - {name: from-git, git: "https://example.org/x.git", tag: v1, extras: [a, b]}
  - {name: from-path, path: ../lib, editable: true}
workflow:
"""


@pytest.fixture
def made(compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]) -> Callable[..., Workflow]:
    def run(head: str = "id: demo\nrequirements: []\nworkflow:\n", lock: Lock | None = None) -> Workflow:
        return workflow_of(compiled("- {id: source, task: load}", head=head), lock=lock)

    return run


def test_a_locked_workspace_holds_lock_and_wheels(made: Callable[..., Workflow]) -> None:
    lock = Lock('[project]\nname = "x"\n', "version = 1\n", (Path("/cache/a-1-py3-none-any.whl"),))
    files = emit(made(lock=lock))
    assert files["uv.lock"] == "version = 1\n"
    assert files["wheels/a-1-py3-none-any.whl"] == Path("/cache/a-1-py3-none-any.whl")
    assert "pixi.toml" not in files
    content = tomllib.loads(str(files["pyproject.toml"]))
    assert content["project"] == {"name": "x"}
    assert content["tool"]["wt"]["package"] == "wt_demo_workflow"
    assert content["tool"]["pytest"]["ini_options"] == {"testpaths": ["tests"], "pythonpath": ["."]}


def test_conda_requirements_become_a_pixi_project(made: Callable[..., Workflow]) -> None:
    files = emit(made(REQUIREMENTS))
    assert "uv.lock" not in files
    content = tomllib.loads(str(files["pixi.toml"]))
    assert content["workspace"]["name"] == "wt-demo-workflow"
    assert content["workspace"]["channels"] == ["https://example.org/channel/", "conda-forge"]
    assert content["dependencies"] == {
        "python-lib": {"version": ">=1,<2", "channel": "https://example.org/channel/"},
        "other.lib": {"version": "2.*", "channel": "conda-forge"},
        "plain": {"version": "3", "channel": "conda-forge"},
    }
    assert content["pypi-dependencies"] == {
        "from-git": {"git": "https://example.org/x.git", "tag": "v1", "extras": ["a", "b"]},
        "from-path": {"path": "../lib", "editable": True},
    }
    assert content["tasks"] == {"wt-demo-workflow": "python -m wt_demo_workflow.cli"}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_survives_toml(text: str) -> None:
    assert tomllib.loads(f"x = {toml_string(text)}") == {"x": text}
