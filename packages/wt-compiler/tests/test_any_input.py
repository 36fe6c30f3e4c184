"""Whatever is written in a spec, the answer is a workflow or diagnostics."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wt_compiler.dag import Dag
from wt_compiler.graph.dot import to_dot
from wt_compiler.resolve import load_dag
from wt_contracts.diagnostics import DiagnosticError, format_json, format_text
from wt_contracts.registry import RegistryOutput

SPEC = """\
id: demo
requirements:
  - {name: acme, path: ../acme}
  - {requirement: "conda-forge::pandas >=2"}
metadata: {name: Demo, license: MIT, maintainers: [{name: A, email: a@b.c}]}
rjsf-overrides:
  properties:
    source.properties.path.title: The path
  uiSchema: {The look.picture.labels: {ui:widget: x}}
task-instance-defaults: {skipif: {conditions: [skipped]}}
workflow:
  - id: source
    name: Source
    task: load
    partial: &bound {limit: 5}
  - id: parts
    task: clean
    partial: {column: '${{ env.COLUMN }}'}
    map: {argnames: frame, argvalues: ['${{ workflow.source.return }}']}
    skipif: {conditions: [never], unpack_depth: 1}
  - title: The look
    type: task-group
    description: |
      How it looks
    tasks:
      - {id: picture, task: draw, partial: {frame: '${{ workflow.parts.return }}', style: {color: red}}}
      - {id: other, task: load, partial: *bound}
      - {id: tree, task: plant, mapvalues: {argnames: [tree], argvalues: {a: {value: 1}}}}
      - {id: inner, uses: ./inner.yaml, with: {n: 3, first.path: a, last: {path: '${{ workflow.source.return }}'}}}
      - {id: each, uses: ./inner.yaml, map: {argnames: [first.path, n], argvalues: [[a, 1]]}, when: '${{ env.X == 1 }}'}
"""

INNER = """\
id: inner
requirements: [{name: acme, path: ../acme}]
params: {n: {type: integer}}
workflow:
  - {id: first, task: load, partial: {limit: '${{ params.n }}'}}
  - {id: last, task: load}
"""

WORDS = [
    *("id", "task", "workflow", "partial", "map", "mapvalues", "argnames", "argvalues", "skipif", "conditions", "type"),
    *("task-group", "title", "tasks", "requirements", "name", "path", "load", "draw", "demo", "properties", "uiSchema"),
    *("${{ workflow.source.return }}", "${{ env.X }}", "${{", "}}", "metadata", "rjsf-overrides", "", "<<", "style"),
    *("uses", "with", "./inner.yaml", "./spec.yaml", "first.path", "params.n", "when", "last", "inner"),
]
YAML_BITS = [
    ": ",
    "- ",
    "\n",
    "  ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    '"',
    "&a ",
    "*a",
    "!x ",
    "|",
    ">",
    "#",
    "\t",
    "---\n",
]

leaves = st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
structures = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=30,
)
texts = st.lists(st.sampled_from(WORDS + YAML_BITS) | st.text(max_size=3), max_size=40).map("".join)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The valid spec with some spans cut, doubled, moved or replaced."""
    text = SPEC
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        other = draw(st.integers(0, len(text)))
        new = draw(st.sampled_from(["", text[start:end] * 2, text[other : other + 20], *WORDS, *YAML_BITS]))
        text = text[:start] + new + text[end:]
    return text


@st.composite
def replacements(draw: st.DrawFn) -> str:
    """The valid spec as JSON, with some values replaced by anything."""
    from wt_compiler.document import parse_document, plain

    spec = plain(parse_document(SPEC, "spec.yaml").root)
    for _ in range(draw(st.integers(1, 3))):
        node: Any = spec
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            key = draw(st.sampled_from(keys))
            child = node[key]
            if not isinstance(child, dict | list) or not child or draw(st.booleans()):
                node[key] = draw(structures)
                break
            node = child
    return json.dumps(spec, ensure_ascii=False)


def examine(content: bytes, registry: RegistryOutput) -> None:
    """Assert that the answer is a Dag or diagnostics that can be shown, each at a place that exists."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "spec.yaml"
        path.write_bytes(content)
        path.with_name("inner.yaml").write_text(INNER)
        try:
            dag, found = load_dag(path, registry)
        except DiagnosticError as error:
            found = error.diagnostics
            failed = True
        else:
            assert isinstance(dag, Dag)
            assert to_dot(dag)
            failed = False
    assert failed == any(item.severity == "error" for item in found)
    lines = content.count(b"\n") + content.count(b"\r") + 2 + len(content)
    for item in found:
        assert format_text(item)
        assert item.file in {str(path), str(path.with_name("inner.yaml"))}
        assert item.line is None or 0 < item.line <= lines
        assert item.message
        assert "pydantic" not in item.message
    json.loads(format_json(found))


def test_the_spec_that_is_changed_below_has_no_mistakes(tmp_path: Path, library: RegistryOutput) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    path.with_name("inner.yaml").write_text(INNER)
    assert load_dag(path, library)[1] == []


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")) | texts.map(str.encode))
def test_any_bytes(library: RegistryOutput, content: bytes) -> None:
    examine(content, library)


@given(structures)
def test_any_structure(library: RegistryOutput, value: Any) -> None:
    examine(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), library)


@given(mutations())
def test_a_spec_with_typing_errors(library: RegistryOutput, text: str) -> None:
    examine(text.encode("utf-8", "surrogatepass"), library)


@given(replacements())
def test_a_spec_with_other_values(library: RegistryOutput, text: str) -> None:
    examine(text.encode("utf-8", "surrogatepass"), library)


@pytest.mark.exhaustive
@settings(max_examples=20_000, suppress_health_check=[HealthCheck.too_slow])
@given(mutations() | replacements())
def test_very_many_wrong_specs(library: RegistryOutput, text: str) -> None:
    examine(text.encode("utf-8", "surrogatepass"), library)
