"""The generated run module: what it says, and what it does when it is run."""

from __future__ import annotations

import asyncio
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wt_compiler.dag import Dag
from wt_compiler.emit.run_module import CONCURRENT, SEQUENTIAL, RunModule, emit
from wt_compiler.emit.workflow import Workflow
from wt_contracts.registry import RegistryEntry, RegistryOutput
from wt_task import TaskInstanceError

LIBRARY = """
from __future__ import annotations
from typing import Any

seen: list[Any] = []

def load(path: str, limit: int = 10) -> list[int]:
    return list(range(limit))

def double(number: int) -> int:
    return 2 * number

def keep(value: Any) -> Any:
    seen.append(value)
    return value

async def later(value: int, by: int = 1) -> int:
    return value + by

def add(left: int, right: int) -> int:
    return left + right

def empty(*values: object) -> bool:
    return any(value == [] for value in values)

def task(value: int) -> int:
    return value

def env(value: int) -> int:
    return value
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A task library that can be imported."""
    (tmp_path / "gen_tasks.py").write_text(LIBRARY)
    (tmp_path / "gen_other.py").write_text("def double(number: int) -> int:\n    return 20 * number\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import importlib

    yield importlib.import_module("gen_tasks")
    for name in ("gen_tasks", "gen_other"):
        sys.modules.pop(name, None)


@pytest.fixture
def tasks(entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]) -> RegistryOutput:
    """What the registry says of that library."""
    number = {"type": "integer"}
    described = [
        entry(
            "load",
            {"path": {"type": "string"}, "limit": {"type": "integer", "default": 10}},
            ["path"],
            module="gen_tasks",
        ),
        entry("double", {"number": number}, ["number"], module="gen_tasks"),
        entry("double", {"number": number}, ["number"], module="gen_other"),
        entry("keep", {"value": {}}, ["value"], module="gen_tasks"),
        entry("later", {"value": number, "by": {**number, "default": 1}}, ["value"], module="gen_tasks"),
        entry("add", {"left": number, "right": number}, ["left", "right"], module="gen_tasks"),
        entry("empty", schema={"type": "array", "items": {}}, module="gen_tasks"),
        entry("task", {"value": number}, ["value"], module="gen_tasks"),
        entry("env", {"value": number}, ["value"], module="gen_tasks"),
    ]
    return registry_of(*(replace(e, is_async=e.function_name == "later") for e in described))


class Generated:
    """Generates a run module and runs it."""

    def __init__(
        self, file: str, compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow], tasks: RegistryOutput
    ) -> None:
        self._file, self._compiled, self._workflow_of, self._tasks = file, compiled, workflow_of, tasks

    def source(self, workflow: str) -> str:
        made = self._workflow_of(self._compiled(workflow, self._tasks))
        return emit(RunModule(made.part))[self._file]

    def run(self, workflow: str, **params: Any) -> Any:
        return run_source(self.source(workflow), params)


def run_source(source: str, params: dict[str, Any]) -> Any:
    """Run a module of either kind."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "run.py", "exec"), namespace)
    if "workflow" in namespace:
        return namespace["workflow"].run(params)
    result = namespace["main"](params)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


@pytest.fixture(params=[CONCURRENT, SEQUENTIAL])
def generated(
    request: pytest.FixtureRequest,
    compiled: Callable[..., Dag],
    workflow_of: Callable[..., Workflow],
    tasks: RegistryOutput,
    library: ModuleType,
) -> Generated:
    return Generated(request.param, compiled, workflow_of, tasks)


def test_the_last_step_is_the_result(generated: Generated) -> None:
    workflow = """
    - {id: numbers, task: load}
    - {id: twice, task: gen_tasks.double, map: {argnames: number, argvalues: '${{ workflow.numbers.return }}'}}
    """
    assert generated.run(workflow, numbers={"path": "x", "limit": 3}) == [0, 2, 4]


def test_a_workflow_without_steps_gives_nothing(workflow_of: Callable[..., Workflow], library: ModuleType) -> None:
    made = workflow_of(Dag("demo", ()))
    for source in emit(RunModule(made.part)).values():
        assert run_source(source, {}) is None


def test_asynchronous_tasks_are_awaited(generated: Generated) -> None:
    workflow = """
    - {id: one, task: later, partial: {value: 1}}
    - id: many
      task: later
      map: {argnames: value, argvalues: ['${{ workflow.one.return }}', '${{ workflow.one.return }}']}
    """
    assert generated.run(workflow, many={"by": 5}) == [7, 7]


def test_tasks_of_one_name_from_two_modules_do_not_meet(generated: Generated) -> None:
    workflow = """
    - {id: one, task: gen_tasks.double, partial: {number: 1}}
    - {id: two, task: gen_other.double, partial: {number: 1}}
    - {id: sum, task: add, partial: {left: '${{ workflow.one.return }}', right: '${{ workflow.two.return }}'}}
    """.replace("id: sum", "id: both")
    assert generated.run(workflow) == 22


def test_tasks_called_like_the_machinery_work(generated: Generated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "here")
    workflow = """
    - {id: one, task: task, partial: {value: 3}}
    - {id: two, task: env, partial: {value: '${{ workflow.one.return }}'}}
    - {id: three, task: keep, partial: {value: ['${{ workflow.two.return }}', '${{ env.WHERE }}']}}
    """
    assert generated.run(workflow) == [3, "here"]


def test_conditions_skip(generated: Generated) -> None:
    workflow = """
    - id: none
      task: keep
      partial: {value: []}
      skipif: {conditions: [empty], unpack_depth: 0}
    """
    assert repr(generated.run(workflow)) == "<SkipSentinel>"


def test_no_conditions_are_no_call(generated: Generated) -> None:
    assert ".skipif" not in generated.source("- {id: one, task: keep, partial: {value: 1}, skipif: {conditions: []}}")


def test_values_arrive_as_they_were_written(generated: Generated) -> None:
    workflow = r"""
    - id: one
      task: keep
      partial:
        value:
          "it's \"quoted\"": .inf
          nan: .nan
          big: 123456789012345678901234567890
          text: "a\nb"
          "ü": [null, true]
    """
    value = generated.run(workflow)
    assert math.isnan(value.pop("nan"))
    assert value == {
        'it\'s "quoted"': math.inf,
        "big": 123456789012345678901234567890,
        "text": "a\nb",
        "ü": [None, True],
    }


def test_an_error_names_its_step(generated: Generated) -> None:
    workflow = "- {id: missing, task: load}"
    with pytest.raises(TaskInstanceError, match="missing"):
        generated.run(workflow)


def test_a_step_whose_value_nothing_needs_still_runs(generated: Generated, library: ModuleType) -> None:
    workflow = """
    - {id: aside, task: keep, partial: {value: 1}}
    - {id: result, task: keep, partial: {value: 2}}
    """
    assert generated.run(workflow) == 2
    assert sorted(library.seen) == [1, 2]
    assert "aside =" not in generated.source(workflow)


def test_pairs_are_mapped_over_two_arguments(generated: Generated) -> None:
    workflow = """
    - {id: pairs, task: keep, partial: {value: [[1, 2], [3, 4]]}}
    - id: sums
      task: add
      map: {argnames: [left, right], argvalues: '${{ workflow.pairs.return }}'}
    """
    assert generated.run(workflow) == [3, 7]


def test_titles_are_comments_above_their_steps(generated: Generated) -> None:
    source = generated.source("- {id: one, name: The first, task: keep, partial: {value: 1}}")
    assert re.search(r"# The first\n *(one = \(|@workflow.step\ndef one\(\))", source)


@pytest.mark.parametrize(
    "title",
    ["noqa", "type: ignore", "fmt: off", "ruff: noqa", "Load # noqa: F401", "mypy: ignore-errors", "pragma: no cover"],
)
def test_a_title_never_becomes_an_instruction_to_a_tool(generated: Generated, title: str) -> None:
    source = generated.source(f"- {{id: one, name: '{title}', task: keep, partial: {{value: 1}}}}")
    assert title not in source


@pytest.mark.parametrize("title", ["a\nimport os", "\\u2028x", "a\\rb", '"""'])
def test_a_title_stays_one_comment(generated: Generated, title: str) -> None:
    escaped = title.replace("\n", "\\n").replace('"', '\\"')
    source = generated.source(f'- {{id: one, name: "{escaped}", task: keep, partial: {{value: 1}}}}')
    compile(source, "run_sequential.py", "exec")
    assert "\nimport os" not in source
