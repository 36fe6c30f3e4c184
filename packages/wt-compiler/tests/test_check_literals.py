"""Literals and the schemas of their parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wt_contracts.diagnostics import Diagnostic
from wt_contracts.registry import RegistryEntry, RegistryOutput

Diagnose = Callable[..., list[Diagnostic]]
Found = Callable[..., list[str]]


def draw(diagnose: Diagnose, arguments: str) -> list[Diagnostic]:
    return diagnose(
        "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: load}\n  - id: b\n    task: draw\n"
        f"    partial:\n      frame: '${{{{ workflow.a.return }}}}'\n      {arguments}\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        "style: {color: red}",
        "style: {color: red, width: 1.5}",
        "style: '${{ workflow.a.return }}'",
        "style: {color: '${{ env.COLOR }}', width: '${{ workflow.a.return }}'}",
        "size: 3",
        "size: three",
        "title: null",
        "labels: []",
        "labels: [a, '${{ workflow.a.return }}']",
    ],
)
def test_what_the_schema_accepts_is_accepted(arguments: str, diagnose: Diagnose) -> None:
    assert draw(diagnose, arguments) == []


@pytest.mark.parametrize(
    ("arguments", "place", "words"),
    [
        ("style: {color: rde}", "9:22", "red"),
        ("style: {color: red, width: -1}", "9:34", "at least 0"),
        ("style: {color: red, wdth: 1}", "9:33", "wdth"),
        ("style: {width: 1}", "9:14", "color is missing"),
        ("style: {width: '${{ workflow.a.return }}'}", "9:14", "color is missing"),
        ("style: {color: 5, width: '${{ workflow.a.return }}'}", "9:22", "must be"),
        ("style: 5", "9:14", "mapping"),
        ("size: 1.5", "9:13", "size"),
        ("size: ['${{ workflow.a.return }}']", "9:13", "size"),
        ("labels: [a, 5]", "9:19", "text"),
        ("labels: [a, 5, '${{ workflow.a.return }}']", "9:19", "text"),
        ("title: 5", "9:14", "text"),
    ],
)
def test_what_the_schema_refuses_is_placed_and_explained(
    arguments: str, place: str, words: str, diagnose: Diagnose
) -> None:
    (item,) = draw(diagnose, arguments)
    assert (item.code, f"{item.line}:{item.column}") == ("WT301", place)
    assert words in item.message


def test_a_misspelt_word_of_a_fixed_set_has_a_near_miss(diagnose: Diagnose) -> None:
    (item,) = draw(diagnose, "style: {color: gren}")
    assert item.hint is not None
    assert "green" in item.hint


def test_a_type_of_the_library_takes_any_literal(diagnose: Diagnose) -> None:
    assert diagnose("id: demo\nrequirements: []\nworkflow: [{id: b, task: split, partial: {frame: null}}]\n") == []


def test_recursive_schemas_are_checked_at_every_depth(found: Found) -> None:
    assert found("- {id: a, task: plant, partial: {tree: {value: 1, left: {left: {value: 2}}}}}") == []
    assert found("- {id: a, task: plant, partial: {tree: {value: 1, left: {left: {value: x}}}}}") == ["WT301 4:74"]


def test_numbers_that_json_lacks_are_left_to_the_task(found: Found) -> None:
    assert found("- {id: a, task: anything, partial: {x: [.inf, .nan]}}") == []
    assert found("- {id: a, task: plant, partial: {tree: {value: .inf}}}") == []


@pytest.mark.parametrize(
    ("kind", "value"), [("date", "2024-13-01"), ("date-time", "tomorrow"), ("time", "25:00"), ("uuid", "abc")]
)
def test_a_text_that_is_certainly_no_date_is_refused(
    kind: str,
    value: str,
    found: Found,
    entry: Callable[..., RegistryEntry],
    registry_of: Callable[..., RegistryOutput],
) -> None:
    registry = one_task({"type": "string", "format": kind}, entry, registry_of)
    assert found(f"- {{id: a, task: show, partial: {{x: '{value}'}}}}", registry) == ["WT301 4:38"]
    assert found(f"- {{id: a, task: show, partial: {{x: [{value}, '${{{{ env.X }}}}']}}}}", registry) == ["WT301 4:38"]


def test_elements_of_a_map_are_checked(found: Found) -> None:
    assert found("- {id: a, task: load, map: {argnames: path, argvalues: [x, 5]}}") == ["WT301 4:62"]
    assert found("- {id: a, task: load, map: {argnames: [path, limit], argvalues: [[x, 5], [y, z]]}}") == ["WT301 4:80"]
    assert found("- {id: a, task: load, mapvalues: {argnames: path, argvalues: {k: 5}}}") == ["WT301 4:68"]
    assert found("- {id: a, task: load, mapvalues: {argnames: path, argvalues: [[k, 5]]}}") == ["WT301 4:69"]


def one_task(
    schema: dict[str, Any], entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput], **more: Any
) -> RegistryOutput:
    return registry_of(entry("show", {"x": schema}, ["x"], **more), entry("load", {}))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array", "items": {"type": "string"}, "default": None}, "null"),
        ({"type": "array", "items": {"type": "string"}, "default": {}}, "{a: b}"),
        ({"type": "string", "default": 5}, "7"),
        ({"type": "string", "format": "date-time"}, "2024-01-02 10:00"),
        ({"type": "string", "format": "date-time"}, "'1704189600'"),
        ({"type": "string", "format": "date"}, "'2024-01-02T00:00:00'"),
        ({"type": "string", "format": "email"}, "nobody"),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, "'${{ workflow.z.return }}'"),
        (
            {"oneOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"a": {"type": "string"}}}]},
            "{a: '${{ workflow.z.return }}'}",
        ),
        ({"type": "array", "uniqueItems": True}, "['${{ workflow.z.return }}', '${{ workflow.z.return }}']"),
        ({"not": {"type": "array"}}, "'${{ workflow.z.return }}'"),
    ],
)
def test_no_false_alarm(
    schema: dict[str, Any],
    value: str,
    found: Found,
    entry: Callable[..., RegistryEntry],
    registry_of: Callable[..., RegistryOutput],
) -> None:
    registry = one_task(schema, entry, registry_of)
    assert found(f"- {{id: z, task: load}}\n- {{id: a, task: show, partial: {{x: {value}}}}}", registry) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.invalid/schema.json"},
        {"$ref": "#/$defs/Missing"},
        {"type": "string", "pattern": "("},
        {"minimum": "x"},
    ],
)
def test_a_schema_that_is_none_is_a_warning_and_nothing_is_fetched(
    schema: dict[str, Any],
    diagnose: Diagnose,
    entry: Callable[..., RegistryEntry],
    registry_of: Callable[..., RegistryOutput],
) -> None:
    registry = one_task(schema, entry, registry_of)
    text = "id: demo\nrequirements: []\nworkflow: [{id: a, task: show, partial: {x: y}}]\n"
    (item,) = diagnose(text, registry)
    assert (item.code, item.severity) == ("WT206", "warning")


def test_a_long_literal_is_not_repeated(diagnose: Diagnose) -> None:
    (item,) = draw(diagnose, f"labels: {'x' * 100_000}")
    assert len(item.message) < 1000
