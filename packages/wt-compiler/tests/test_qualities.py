"""Each construct of the language stands in each picture of the workflow, in the same words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_compiler.dag import Dag
from wt_compiler.graph.dot import to_dot
from wt_compiler.graph.mermaid import escaped, to_mermaid
from wt_compiler.graph.page import to_page
from wt_compiler.graph.terminal import to_terminal
from wt_compiler.resolve import load_dag

from .conftest import LIBRARY


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("retry: 3", "tried up to 3 times"),
        ("retry: {attempts: 2, on: [OSError, acme.errors.Busy]}", "tried up to 2 times on OSError, Busy"),
        ("timeout: 90", "at most 90 s"),
        ("timeout: 2 h", "at most 2 h"),
        ("resources: {executor: process, memory: 2 GiB, cpu: 1.5}", "in a process with 1.5 cpu, 2 GiB"),
        ("resources: {gpu: 1}", "1 gpu"),
        ("resources: {executor: inline}", "on the event loop"),
        ("cache: true", "cached"),
        ("on-error: skip", "on error: skipped"),
        ("on-error: {task: anything, partial: {x: 1}}", "on error: anything"),
        ("checkpoint: {name: read}", "checkpoint read"),
        ("approval: {reason: Is it right?}", "waits for approval"),
        ("map: {argnames: path, argvalues: [a, b]}", "for each path"),
        ("loop: {times: 3}", "3 times"),
    ],
)
def test_a_construct_is_drawn(written: str, words: str, compiled: Callable[..., Dag]) -> None:
    dag = compiled(f"- {{id: a, task: load, {written}}}")
    data = re.findall(r'id="steps">(.*?)</script>', to_page(dag, b"<svg></svg>"))
    (step,) = json.loads(data[0]).values()

    assert words in to_dot(dag)
    assert escaped(words) in to_mermaid(dag)
    assert f"({words})" in to_terminal(dag)
    assert words in [*step["ways"], step["loop"]] or "path" in step["how"]


def test_what_is_said_of_a_sub_workflow_stands_at_its_steps(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text(
        "id: part\nrequirements: []\nparams: {name: {type: string}}\n"
        "workflow:\n  - {id: raw, task: load, partial: {path: '${{ params.name }}'}}\n"
    )
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "id: whole\nrequirements: []\nworkflow:\n"
        "  - {id: parts, uses: ./part.yaml, retry: 2, map: {argnames: name, argvalues: [a, b]}}\n"
    )
    dag, _ = load_dag(spec, LIBRARY)
    data = re.findall(r'id="steps">(.*?)</script>', to_page(dag, b"<svg></svg>"))

    assert to_terminal(dag) == "●  parts.raw  load (parts: for each name, tried up to 2 times)"
    assert json.loads(data[0])["n0"]["within"] == ["parts: for each name, tried up to 2 times"]
    assert r'label="parts\lfor each name\ltried up to 2 times\l"' in to_dot(dag)
    assert f'["{escaped("parts, for each name, tried up to 2 times")}"]' in to_mermaid(dag)
