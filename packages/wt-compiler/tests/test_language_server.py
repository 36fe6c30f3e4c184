"""A spec in an editor: what a YAML language server makes of the schema that `wt schema` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from wt_compiler.language_schema import language_schema
from wt_contracts.registry import RegistryOutput

from .language_server import LanguageServer, language_server

pytestmark = pytest.mark.web

SPEC = """\
id: demo
requirements: []
workflow:
  - id: source
    task: load
    partial:
      path: rain.csv
  - id: picture
    task: draw
    partial:
      frame: ${{ workflow.source.return }}
"""


@pytest.fixture
def server(tmp_path: Path, library: RegistryOutput) -> Iterator[LanguageServer]:
    schema = tmp_path / ".wt/spec.schema.json"
    schema.parent.mkdir()
    schema.write_text(json.dumps(language_schema(library)))
    with language_server(tmp_path, schema) as started:
        yield started


def test_a_spec_without_mistakes_has_none(server: LanguageServer) -> None:
    assert server.open(SPEC) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("task: load", "task: laod", 4),
        ("path: rain.csv", "pathh: rain.csv", 6),
        ("path: rain.csv", "path: 5", 6),
        ("requirements: []", "requirement: []", 1),
    ],
)
def test_a_mistake_is_marked_where_it_is(server: LanguageServer, old: str, new: str, line: int) -> None:
    found = server.open(SPEC.replace(old, new))
    assert line in {mark["range"]["start"]["line"] for mark in found}


def test_tasks_and_their_parameters_are_offered(server: LanguageServer) -> None:
    server.open(SPEC.replace("task: draw", "task: "))
    assert {"load", "draw", "acme.csv.read"} <= set(server.complete(8, 10))


def test_the_parameters_of_a_task_are_offered(server: LanguageServer) -> None:
    server.open(f"{SPEC}      ")
    assert {"style", "size", "labels"} <= set(server.complete(11, 6))


def test_a_task_is_explained(server: LanguageServer) -> None:
    server.open(SPEC)
    assert "load" in server.hover(4, 12)
