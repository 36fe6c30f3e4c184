"""The graph as DOT text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_compiler.dag import Dag
from wt_compiler.graph.dot import quoted, to_dot, wrapped

Compiled = Callable[..., Dag]

WORKFLOW = """
- {id: source, name: 'The "best" \\ source & <more>', task: load, partial: {path: x}}
- type: task-group
  title: Look & feel
  description: D
  tasks:
    - {id: cleaned, task: clean, partial: {frame: '${{ workflow.source.return }}', column: a}}
- id: parts
  task: split
  mapvalues: {argnames: frame, argvalues: '${{ workflow.cleaned.return }}'}
  skipif: {conditions: [never]}
- {id: all, task: gather, partial: {parts: ['${{ workflow.parts.return }}', '${{ workflow.cleaned.return }}']}}
""".replace("id: all", "id: whole")


def test_every_step_is_a_node_and_every_connection_one_edge(compiled: Compiled) -> None:
    lines = [line.strip() for line in to_dot(compiled(WORKFLOW)).splitlines()]
    assert sum(line.startswith("n") and "[label=" in line for line in lines) == 4
    assert [line for line in lines if "->" in line] == ["n0 -> n1;", "n1 -> n2;", "n2 -> n3;", "n1 -> n3;"]


def test_groups_are_clusters(compiled: Compiled) -> None:
    dot = to_dot(compiled(WORKFLOW))
    cluster = dot[dot.index("subgraph cluster_1") : dot.index("  }")]
    assert 'label="Look &amp; feel\\l"' in cluster
    assert "n1 [" in cluster
    assert "n0 [" not in cluster


def test_a_node_says_its_title_its_task_and_what_it_is_called_for(compiled: Compiled) -> None:
    dot = to_dot(compiled(WORKFLOW))
    assert 'n2 [label="parts\\nsplit\\nfor each frame", class="mapped title1"' in dot
    assert 'style="rounded,filled,dashed"' in dot


@pytest.mark.parametrize(
    ("text", "escaped"),
    [('say "a"', '"say \\"a\\""'), ("a\\nb", '"a\\\\nb"'), ("&amp; <b>", '"&amp;amp; <b>"'), ("", '""')],
)
def test_labels_are_text_and_nothing_else(text: str, escaped: str) -> None:
    assert quoted(text) == escaped


def test_titles_are_wrapped_in_lines_of_about_one_length() -> None:
    assert wrapped("Add temporal index to Events") == ["Add temporal", "index to Events"]
    assert wrapped("Short") == ["Short"]
    assert wrapped("") == []
    assert wrapped("fetch_all_spatial_feature_groups") == ["fetch_all_spatial_feature_groups"]
    assert wrapped("x" * 80) == ["x" * 40, "x" * 40]
