"""Runs whose I/O tasks return recorded examples, wherever their calls are made."""

from __future__ import annotations

import pytest

from tests.running_workflows import RunningWorkflow

TASKS = '''
from wt_registry import register


@register(tags=["io"])
def load(path: str) -> list[int]:
    """Read."""
    raise OSError(f"{path}: the real thing")


@register()
def double(value: int) -> int:
    """Double."""
    return 2 * value
'''
SPEC = """
id: mocked
requirements: []
workflow:
  - {id: a, task: load, partial: {path: x}, resources: {executor: EXECUTOR}}
  - id: b
    task: load
    map: {argnames: path, argvalues: [y, z]}
    resources: {executor: EXECUTOR}
  - id: c
    task: double
    map: {argnames: value, argvalues: '${{ workflow.a.return }}'}
    resources: {executor: EXECUTOR}
outputs: {a: '${{ workflow.a.return }}', b: '${{ workflow.b.return }}', c: '${{ workflow.c.return }}'}
"""


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
@pytest.mark.parametrize("executor", ["thread", "process", "inline"])
def test_io_tasks_return_their_examples(tmp_path, executor: str, mode: str) -> None:
    (tmp_path / "load.example-return.json").write_text("[1, 2]")
    workflow = RunningWorkflow(tmp_path, "mocked_tasks", TASKS, SPEC.replace("EXECUTOR", executor))

    workflow.run(
        "--mock-io",
        "--execution-mode",
        mode,
        WT_TASK_MOCK_IO__MOCKED_TASKS_LOAD=str(tmp_path / "load.example-return.json"),
    )

    assert workflow.outcome["result"] == {"a": [1, 2], "b": [[1, 2], [1, 2]], "c": [2, 4]}
