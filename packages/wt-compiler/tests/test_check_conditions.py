"""Conditions that are asynchronous, and whoever asks them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_contracts.diagnostics import Diagnostic
from wt_contracts.registry import RegistryEntry, RegistryOutput

Diagnose = Callable[..., list[Diagnostic]]
SPEC = """id: demo
requirements: []
workflow:
  - id: a
    CALLED
    skipif:
      conditions: [CONDITION]
"""
INNER = """
id: inner
requirements: []
workflow:
  - {id: a, task: TASK, partial: {x: 1}APPROVAL}
"""


@pytest.fixture
def registry(entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]) -> RegistryOutput:
    anything = {"type": "object", "properties": {}, "additionalProperties": True}
    names = {"plain": False, "waits": True, "holds": False, "asks": True}
    entries = [dataclasses.replace(entry(name, schema=anything), is_async=is_async) for name, is_async in names.items()]
    return registry_of(*entries)


@pytest.mark.parametrize(
    ("task", "condition", "expected"),
    [
        ("plain", "holds", []),
        ("waits", "holds", []),
        ("waits", "asks", []),
        ("plain", "asks", ["WT113 8:20 the condition 'asks' is asynchronous, and the task 'plain' is not"]),
    ],
)
def test_an_asynchronous_condition_is_asked_by_an_asynchronous_task(
    task: str, condition: str, expected: list[str], diagnose: Diagnose, registry: RegistryOutput
) -> None:
    spec = SPEC.replace("CALLED", f"task: {task}\n    partial: {{x: 1}}").replace("CONDITION", condition)
    assert [f"{d.code} {d.line}:{d.column} {d.message}" for d in diagnose(spec, registry)] == expected


@pytest.mark.parametrize(
    ("task", "approval", "words"),
    [
        ("waits", "", None),
        ("plain", "", "is asynchronous, and the sub-workflow './inner.yaml' is not"),
        ("waits", ", approval: {reason: Look}", "is asynchronous, and the sub-workflow './inner.yaml' has an approval"),
    ],
)
def test_a_sub_workflow_waits_for_a_condition_only_if_it_can(
    task: str, approval: str, words: str | None, diagnose: Diagnose, registry: RegistryOutput, tmp_path: Path
) -> None:
    (tmp_path / "inner.yaml").write_text(INNER.replace("TASK", task).replace("APPROVAL", approval))
    spec = SPEC.replace("CALLED", "uses: ./inner.yaml").replace("CONDITION", "asks")
    found = [diagnostic.message for diagnostic in diagnose(spec, registry)]
    assert found == [] if words is None else words in found[0]
    assert len(found) == (words is not None)
