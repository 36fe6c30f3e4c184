"""Names of arguments: unknown, bound twice, missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from wt_contracts.diagnostics import Diagnostic
from wt_contracts.registry import RegistryOutput

Diagnose = Callable[..., list[Diagnostic]]
Found = Callable[..., list[str]]


def check(diagnose: Diagnose, instance: str, registry: RegistryOutput | None = None) -> list[Diagnostic]:
    text = f"id: demo\nrequirements: []\nworkflow:\n  - {{id: a, task: load}}\n  - {{id: b, {instance}}}\n"
    return diagnose(text, registry) if registry else diagnose(text)


def test_an_unknown_argument_has_a_near_miss(diagnose: Diagnose) -> None:
    (item,) = check(diagnose, "task: load, partial: {pth: x}")
    assert (item.code, item.column, item.hint) == ("WT125", 35, "did you mean 'path'?")


def test_an_unknown_argument_without_a_near_miss_lists_what_there_is(diagnose: Diagnose) -> None:
    (item,) = check(diagnose, "task: load, partial: {zzz: x}")
    assert item.hint == "it takes path, limit"


def test_an_unknown_argument_of_a_map_is_found(diagnose: Diagnose) -> None:
    (item,) = check(diagnose, "task: load, map: {argnames: [path, limt], argvalues: [[x, 1]]}")
    assert (item.code, item.hint) == ("WT125", "did you mean 'limit'?")


@pytest.mark.parametrize(
    "instance",
    [
        "task: clean, partial: {frame: 1, column: x}, map: {argnames: frame, argvalues: []}",
        "task: clean, partial: {column: x}, mapvalues: {argnames: [frame, frame], argvalues: []}",
    ],
)
def test_an_argument_is_bound_once(instance: str, diagnose: Diagnose) -> None:
    assert [item.code for item in check(diagnose, instance)] == ["WT127"]


def test_an_argument_that_no_form_can_supply_must_be_bound(diagnose: Diagnose) -> None:
    (item,) = check(diagnose, "task: clean")
    assert item.code == "WT126"
    assert "'frame'" in item.message
    assert "acme.Frame" in item.message


def test_what_a_form_can_ask_for_may_be_left_open(diagnose: Diagnose) -> None:
    assert check(diagnose, "task: clean, partial: {frame: '${{ workflow.a.return }}'}") == []
    assert check(diagnose, "task: plant") == []


def test_a_list_of_what_no_form_can_supply_must_be_bound(diagnose: Diagnose) -> None:
    assert [item.code for item in check(diagnose, "task: gather")] == ["WT126"]


def test_mapping_binds(diagnose: Diagnose) -> None:
    assert check(diagnose, "task: clean, map: {argnames: frame, argvalues: '${{ workflow.a.return }}'}") == []


def test_a_parameter_that_forms_hide_may_be_bound(diagnose: Diagnose) -> None:
    frame = "frame: '${{ workflow.a.return }}'"
    assert check(diagnose, f"task: draw, partial: {{{frame}, dpi: 300}}") == []
    assert [item.code for item in check(diagnose, f"task: draw, partial: {{{frame}, dip: 300}}")] == ["WT125"]


def test_a_task_that_takes_any_name_takes_any_name(diagnose: Diagnose) -> None:
    assert check(diagnose, "task: anything, partial: {whatever: 1}") == []


def test_a_task_of_positional_arguments_takes_no_name(diagnose: Diagnose) -> None:
    (item,) = check(diagnose, "task: never, partial: {x: 1}")
    assert (item.code, item.hint) == ("WT125", "it takes none")


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"type": "acme.Frame"}, {"type": "acme.Other"}]},
        {"allOf": [{"type": "object"}, {"type": "acme.Frame"}]},
        {"$ref": "#/$defs/Inner"},
        {"type": "object", "properties": {"frame": {"type": "acme.Frame"}}, "required": ["frame"]},
    ],
)
def test_what_needs_an_opaque_type_cannot_come_from_a_form(
    schema: dict[str, object],
    diagnose: Diagnose,
    entry: Callable[..., object],
    registry_of: Callable[..., RegistryOutput],
) -> None:
    registry = registry_of(
        entry("load", {"path": {"type": "string"}}),
        entry("show", {"x": schema}, ["x"], definitions={"Inner": {"type": "acme.Frame"}}),
    )
    assert [item.code for item in check(diagnose, "task: show", registry)] == ["WT126"]


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"anyOf": [{"type": "acme.Frame"}, {"type": "null"}]},
        {"type": "object", "properties": {"frame": {"type": "acme.Frame"}}},
        {"$ref": "#/$defs/Loop"},
        {"$ref": "#/$defs/Missing"},
        {"type": ["string", "null"]},
    ],
)
def test_what_can_be_written_may_come_from_a_form(
    schema: dict[str, object],
    diagnose: Diagnose,
    entry: Callable[..., object],
    registry_of: Callable[..., RegistryOutput],
) -> None:
    loop = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Loop"}}, "required": ["next"]}
    registry = registry_of(
        entry("load", {"path": {"type": "string"}}), entry("show", {"x": schema}, ["x"], definitions={"Loop": loop})
    )
    assert check(diagnose, "task: show", registry) == []


def test_an_older_registry_that_hides_optional_parameters_gives_no_false_alarm(
    diagnose: Diagnose, entry: Callable[..., object], registry_of: Callable[..., RegistryOutput]
) -> None:
    properties = {"text": {"type": "string"}, "size": {"type": "integer"}}
    old = registry_of(
        entry("load", {"path": {"type": "string"}}),
        replace(entry("write", properties, ["text", "frame"]), hidden_parameters=None),
    )
    assert [item.code for item in check(diagnose, "task: write, partial: {frame: 1, suffix: v2}", old)] == []
    assert [item.code for item in check(diagnose, "task: write", old)] == ["WT126"]
    (item,) = check(diagnose, "task: write, partial: {frame: 1, txt: x}", old)
    assert (item.severity, item.hint) == ("error", "did you mean 'text'?")
    (item,) = check(diagnose, "task: write, partial: {frame: 1, szie: 1}", old)
    assert item.severity == "warning"
