"""README.md of a workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wt_compiler.dag import Dag
from wt_compiler.emit.readme import emit, type_name
from wt_compiler.emit.workflow import Workflow

WORKFLOW = """
- {id: source, name: "The | source", task: load, partial: {}}
- id: many
  task: draw
  mapvalues: {argnames: frame, argvalues: '${{ workflow.source.return }}'}
  skipif: {conditions: [never]}
"""


def readme(workflow: Workflow) -> str:
    return str(emit(workflow)["README.md"])


@pytest.fixture
def text(compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]) -> str:
    return readme(workflow_of(compiled(WORKFLOW)))


def test_steps_are_a_table(text: str) -> None:
    assert "| `source` | The \\| source | `acme.tasks.load` | once |" in text
    assert "| `many` |  | `acme.tasks.draw` | for each frame by key unless never |" in text


def test_parameters_are_a_table(text: str) -> None:
    assert "| `source` | `path` | string | yes |  |  |" in text
    assert "| `source` | `limit` | integer | no | 10 |  |" in text
    assert "| `many` | `style` | Style | yes |  | Style |" in text
    assert "| `many` | `size` | integer or string | no | 3 |  |" in text
    assert "| `many` | `labels` | list of string | no | \\[\\] |  |" in text


def test_what_has_to_be_given_stands_ready_to_be_filled_in(text: str) -> None:
    assert "```yaml\nsource:\n  path: # string\nmany:\n  style: # Style\n```" in text
    assert "wt run . --params params.yaml\n" in text


def test_a_workflow_that_needs_nothing_runs_as_it_is(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    text = readme(workflow_of(compiled("- {id: source, task: load, partial: {path: x}}")))
    assert "wt run .\n" in text
    assert "run --config-json '{}'\n" in text
    assert "params.yaml" not in text


def test_environment_variables_are_named(compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]) -> None:
    one = readme(workflow_of(compiled("- {id: source, task: load, partial: {path: '${{ env.HOME }}'}}")))
    assert "reads the environment variable `HOME`." in one


def test_a_picture_is_shown_only_if_there_is_one(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    dag = compiled(WORKFLOW)
    assert "(graph.svg)" in readme(workflow_of(dag))
    assert "(graph.svg)" not in readme(workflow_of(dag, pictured=False))


def test_the_version_and_both_hashes_are_told(
    text: str, compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    assert "Version 0.1.0." in text
    assert "5" * 64 in text
    assert "1" * 64 in text
    assert (
        emit(workflow_of(compiled(WORKFLOW)))["VERSION.yaml"]
        == f"version: 0.1.0\nstructure: {'5' * 64}\ninputs: {'1' * 64}\n"
    )


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "string (date-time)"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"enum": ["a", 1]}, '"a" or 1'),
        ({"const": None}, "null"),
        ({"$ref": "#/$defs/Style"}, "Style"),
        ({"allOf": [{"$ref": "#/$defs/Style"}], "default": None}, "Style"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "list of list of number"),
        ({}, "any"),
        (True, "any"),
    ],
)
def test_a_type_is_named_in_a_few_words(schema: Any, name: str) -> None:
    assert type_name(schema) == name


def test_a_very_long_type_is_cut() -> None:
    assert len(type_name({"enum": list(range(1000))})) <= 160
