"""The generated package as a whole: linters and type checkers have nothing to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruff.__main__ import find_ruff_bin
from wt_compiler.dag import Dag
from wt_compiler.document import read_document
from wt_compiler.emit import Files
from wt_compiler.emit.package import emit
from wt_compiler.emit.workflow import Workflow
from wt_compiler.formatting import Formatting
from wt_compiler.parse import parse_spec
from wt_compiler.resolve import check_spec
from wt_contracts.registry import RegistryEntry, RegistryOutput

REAL = Path(__file__).parents[4] / "shared" / "real" / "events"

LIBRARY = """
from __future__ import annotations
from typing import Any

def load(path: str, limit: int = 10) -> list[int]:
    return list(range(limit))

def save(value: Any) -> None:
    print(value)

async def later(value: int, by: int = 1) -> int:
    return value + by

def empty(*values: object) -> bool:
    return not all(values)

def nothing() -> str:
    return ""
"""

WORKFLOW = r"""
- {id: numbers, name: "Say \"it's\"", task: load, skipif: {conditions: [empty]}}
- {id: more, task: later, map: {argnames: value, argvalues: '${{ workflow.numbers.return }}'}}
- {id: alone, task: nothing}
- id: saved
  task: save
  partial:
    value:
      - ${{ workflow.more.return }}
      - ${{ env.HOME }}
      - {"a 'quoted' \"key\"": .inf, other: [.nan, -0.0, 123456789012345678901234567890, null, true]}
      - "a long text of several lines\nwith 'quotes' and \"more quotes\"\nand ünïcode ☃ and \\backslashes\\\n"
- id: by_key
  task: later
  mapvalues: {argnames: [value, by], argvalues: ['${{ workflow.numbers.return }}', '${{ env.USER }}']}
- {id: last, task: save, partial: {value: x}}
"""


@pytest.fixture
def tasks(entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]) -> RegistryOutput:
    number = {"type": "integer"}
    described = [
        entry("load", {"path": {"type": "string"}, "limit": number}, ["path"], module="typed_tasks", tags=["io"]),
        entry("save", {"value": {}}, ["value"], module="typed_tasks", tags=["io"]),
        entry("later", {"value": number, "by": number}, ["value"], module="typed_tasks"),
        entry("empty", schema={"type": "array", "items": {}}, module="typed_tasks"),
        entry("nothing", module="typed_tasks"),
    ]
    return registry_of(*(replace(e, is_async=e.function_name == "later") for e in described))


@pytest.fixture
def tree(
    tmp_path: Path, compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow], tasks: RegistryOutput
) -> Path:
    """A directory with two or three formatted packages, and the library of the first two."""
    write(tmp_path, emit(workflow_of(compiled(WORKFLOW, tasks))))
    write(tmp_path, emit(workflow_of(compiled(WORKFLOW, tasks, "id: Météo\nrequirements: []\nworkflow:\n"))))
    if REAL.is_dir():
        spec = parse_spec(read_document(REAL / "spec.yaml"))
        registry = msgspec.json.decode((REAL / "registry.json").read_bytes(), type=RegistryOutput)
        write(tmp_path, emit(workflow_of(check_spec(spec, registry)[0])))
    formatting = Formatting(tmp_path)
    formatting.finish()
    formatting.close()
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "typed_tasks.py").write_text(LIBRARY)
    return tmp_path


def write(directory: Path, files: Files) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        assert isinstance(content, str)
        path.write_text(content, encoding="utf-8")


def run(*command: str, cwd: Path) -> None:
    environment = {**os.environ, "MYPYPATH": "library"}
    finished = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_linters_and_type_checkers_have_nothing_to_say(tree: Path) -> None:
    rules = "--select=E4,E5,E7,E9,F,I,UP,B,PIE,SIM"
    run(find_ruff_bin(), "check", "--isolated", "--no-cache", rules, "--ignore=E501", *packages(tree), cwd=tree)
    run(find_ruff_bin(), "check", "--isolated", "--no-cache", "--extend-select=RUF100,N999", *packages(tree), cwd=tree)
    run(
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--ignore-missing-imports",
        "--cache-dir=.m",
        *packages(tree),
        cwd=tree,
    )


def packages(tree: Path) -> list[str]:
    return sorted(path.name for path in tree.iterdir() if (path / "cli.py").exists())


def test_formatting_again_changes_nothing(tree: Path) -> None:
    run(find_ruff_bin(), "format", "--isolated", "--no-cache", "--check", *packages(tree), cwd=tree)


def test_io_tasks_are_listed_by_their_name_in_the_run_module(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow], tasks: RegistryOutput
) -> None:
    namespace: dict[str, Any] = {}
    exec(str(emit(workflow_of(compiled(WORKFLOW, tasks)))["wt_demo_workflow/metadata.py"]), namespace)
    assert namespace["IO_TASKS"] == {"load": "typed_tasks", "save": "typed_tasks"}


def test_the_task_of_each_instance_is_listed_in_the_order_of_the_spec(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow], tasks: RegistryOutput
) -> None:
    namespace: dict[str, Any] = {}
    dag = compiled(WORKFLOW, tasks)
    exec(str(emit(workflow_of(dag))["wt_demo_workflow/metadata.py"]), namespace)
    assert list(namespace["TASKS"].items()) == [(each.id, each.task.dotted_path) for each in dag.instances]


def test_the_command_line_knows_its_workflow(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow], tasks: RegistryOutput
) -> None:
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(str(emit(workflow_of(compiled(WORKFLOW, tasks)))["wt_demo_workflow/cli.py"]), namespace)
    assert namespace["WORKFLOW"]._asdict() == {
        "package": "wt_demo_workflow",
        "release": "wt-demo-workflow",
        "results_env_var": "WT_RESULTS",
        "steps": 6,
        "env_vars": ("HOME", "USER"),
        "lock": "",
        "caches": False,
        "secrets": (),
        "approvals": (),
    }


def test_schemas_are_readable_json(compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]) -> None:
    workflow = workflow_of(compiled("- {id: one, name: Größe ☃, task: load}"))
    text = str(emit(workflow)["wt_demo_workflow/params.json"])
    assert json.loads(text) == workflow.forms.params
    assert "Größe ☃" in text
    assert text.startswith('{\n  "properties": {\n')
