"""Each construct of the language stands in each picture of the workflow, in the same words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from wt_compiler.dag import Dag
from wt_compiler.graph.dot import to_dot
from wt_compiler.graph.mermaid import escaped, to_mermaid
from wt_compiler.graph.page import to_page
from wt_compiler.graph.terminal import to_terminal


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
