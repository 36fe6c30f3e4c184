"""The schema that editors complete and check specs with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml
from click.testing import CliRunner
from wt_compiler.commands.schema import schema
from wt_compiler.language_schema import language_schema
from wt_contracts.registry import RegistryOutput

GOOD = """
id: demo
requirements: [{name: pandas, version: ">=2", source: pypi}]
params: {year: {type: integer, default: 1}}
workflow:
  - {id: a, task: load, partial: {path: 'x-${{ params.year }}', limit: 5}, retry: 3, timeout: 5 m, cache: true}
  - {id: b, task: acme.csv.read, partial: {path: '${{ env.X }}'}, name: null, skipif: {conditions: [never]}}
  - type: task-group
    title: The look
    description: How it looks
    tasks:
      - id: c
        task: draw
        approval: {reason: Look, form: {n: {type: integer}}}
        partial:
          frame: ${{ workflow.a.return }}
          dpi: 3
          style: {color: '${{ params.year }}', width: 2}
          labels: [a, '${{ env.X }}']
        map: {argnames: size, argvalues: [1, 2]}
outputs: {x: '${{ workflow.c.return }}'}
"""


def errors(registry: RegistryOutput, text: str) -> list[str]:
    validator = jsonschema_rs.validator_for(language_schema(registry))
    return [each.message for each in validator.iter_errors(yaml.safe_load(text))]


def test_what_a_spec_can_say_is_accepted(library: RegistryOutput) -> None:
    assert errors(library, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("task: load", "task: laod"),
        ("task: acme.csv.read", "task: read"),
        ("limit: 5", "limit: many"),
        ("limit: 5", "limti: 5"),
        ("width: 2", "width: wide"),
        ("width: 2", "with: 2"),
        ("id: demo", "ident: demo"),
        ("argnames: size", "argname: size"),
        ("type: integer", "type: int"),
        ("conditions: [never]", "conditions: never"),
        ("type: task-group", "type: group"),
        ("retry: 3", "retry: often"),
        ("cache: true", "cache: maybe"),
    ],
)
def test_a_mistake_is_refused(old: str, new: str, library: RegistryOutput) -> None:
    assert errors(library, GOOD.replace(old, new))


def test_tasks_are_described_for_the_editor(library: RegistryOutput) -> None:
    instance = language_schema(library)["$defs"]["instance"]
    names = [each["const"] for each in instance["properties"]["task"]["oneOf"]]
    assert {"load", "acme.tasks.load", "acme.csv.read", "acme.json.read"} <= set(names)
    assert "read" not in names


def test_the_weather_example_is_accepted_as_it_is() -> None:
    root = Path(__file__).parents[3]
    registry = msgspec.json.decode((root / "tests/mistakes/weather.registry.json").read_text(), type=RegistryOutput)
    assert errors(registry, (root / "examples/weather/spec.yaml").read_text()) == []


def test_it_is_printed_or_written(tmp_path: Path, stored: Path, console: Any) -> None:
    (tmp_path / "spec.yaml").write_text("id: demo\nrequirements: []\nworkflow: []\n")
    arguments = [str(tmp_path / "spec.yaml"), "--registry", str(stored)]
    CliRunner().invoke(schema, arguments, obj=console, catch_exceptions=False)
    target = tmp_path / ".wt/spec.schema.json"
    CliRunner().invoke(schema, [*arguments, "-o", str(target)], obj=console, catch_exceptions=False)
    assert json.loads(console.answers[0]) == json.loads(target.read_text())
    assert console.answers[1] == f"wrote {target}"


@pytest.mark.parametrize(
    ("given", "is_right"),
    [
        ("{params.year: 3}", True),
        ("{year: 3}", True),
        ("{params: {year: 3}}", True),
        ("{year: '${{ env.X }}', b: {limit: 4}}", True),
        ("{b.limit: 4}", True),
        ("{year: soon}", False),
        ("{params: {year: soon}}", False),
        ("{yaer: 3}", False),
        ("{b: {limit: many}}", False),
        ("{b: {limti: 4}}", False),
    ],
)
def test_what_another_spec_takes_is_known(
    given: str, is_right: bool, tmp_path: Path, stored: Path, console: Any
) -> None:
    (tmp_path / "part.yaml").write_text(
        "id: part\nrequirements: []\nparams: {year: {type: integer}}\nworkflow:\n"
        "  - {id: a, task: load, partial: {path: 'x-${{ params.year }}'}}\n"
        "  - {id: b, task: load, partial: {path: y}}\n"
    )
    spec = tmp_path / "spec.yaml"
    spec.write_text(f"id: demo\nrequirements: []\nworkflow:\n  - {{id: p, uses: ./part.yaml, with: {given}}}\n")

    CliRunner().invoke(schema, [str(spec), "--registry", str(stored)], obj=console, catch_exceptions=False)

    validator = jsonschema_rs.validator_for(json.loads(console.answers[0]))
    assert validator.is_valid(yaml.safe_load(spec.read_text())) is is_right
