"""The graph as Mermaid text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.dag import Dag
from wt_compiler.graph.mermaid import escaped, to_mermaid

Compiled = Callable[..., Dag]


def test_a_flowchart_has_nodes_arrows_groups_and_kinds(compiled: Compiled) -> None:
    workflow = """
    - {id: source, name: The source, task: load, partial: {path: x}}
    - type: task-group
      title: "A \\"group\\""
      description: D
      tasks:
        - {id: end, task: clean, partial: {frame: '${{ workflow.source.return }}', column: a}}
    - id: parts
      task: split
      map: {argnames: frame, argvalues: '${{ workflow.end.return }}'}
      skipif: {conditions: [never]}
    """
    assert to_mermaid(compiled(workflow)).splitlines()[:11] == [
        "flowchart TD",
        '  step0["<b>The source</b><br/>load"]:::plain',
        '  subgraph group1["A #34;group#34;"]',
        '    step1["<b>end</b><br/>clean"]:::plain',
        "  end",
        '  step2["<b>parts</b><br/>split<br/>for each frame"]:::mapped',
        "  step0 --> step1",
        "  step1 --> step2",
        "  classDef plain fill:#f5f7fa,stroke:#9aa5b1,color:#1f2933",
        "  classDef io fill:#e3f0fc,stroke:#2f7dc4,color:#1f2933",
        "  classDef mapped fill:#fdf3e1,stroke:#d19a2e,color:#1f2933",
    ]
    assert to_mermaid(compiled(workflow)).splitlines()[-1] == "  class step2 skippable"


@pytest.mark.parametrize(
    "text", ['"]', "<script>", "`code`", "**bold**", "a#b;", "[x]", "{y}", "a|b", "%%{init}%%", "&lt;"]
)
def test_nothing_in_a_title_is_read_as_more_than_text(text: str) -> None:
    assert re.fullmatch(r"(?:[\w .,:;!?+\-/()='_]|#\d+;)*", escaped(text))


@given(st.text())
def test_an_escaped_text_decodes_to_what_it_was(text: str) -> None:
    decoded = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), escaped(text))
    assert decoded.split() == "".join(c if c.isprintable() else " " for c in text).split()
