"""Types along the edges of a workflow: what is said of ends that do not fit, and of what may have been skipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from wt_contracts.diagnostics import Diagnostic, format_text
from wt_contracts.registry import RegistryEntry, RegistryOutput

Found = Callable[..., list[str]]
WHOLE: dict[str, Any] = {"type": "integer"}
TEXT: dict[str, Any] = {"type": "string"}
SKIP: dict[str, Any] = {"type": "null", "title": "SkipSentinel"}
POINT = {
    "type": "object",
    "title": "Point",
    "properties": {"x": WHOLE, "label": {"anyOf": [TEXT, {"type": "null"}]}},
    "required": ["x", "label"],
}


@pytest.fixture
def library(
    entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]
) -> Callable[..., RegistryOutput]:
    """A library with a task `give` that returns what a test says, and tasks that take this and that."""

    def make(returned: dict[str, Any] | None) -> RegistryOutput:
        takes: dict[str, dict[str, Any]] = {
            "take_whole": WHOLE,
            "take_text": TEXT,
            "take_many": {"type": "array", "items": WHOLE},
            "take_point": POINT,
            "take_parts": {"type": "array", "items": {"anyOf": [WHOLE, SKIP]}},
            "take_maybe": {"type": "integer", "default": None},
            "take_any": {},
        }
        entries = [entry(name, {"value": schema}, ["value"]) for name, schema in takes.items()]
        entries += [entry("give", {}), entry("always", schema={"type": "array", "items": {}})]
        entries += [entry("take_two", {"first": WHOLE, "second": TEXT}, ["first", "second"])]
        returning = [replace(each, return_schema=WHOLE) for each in entries]
        return registry_of(
            *(replace(each, return_schema=returned) if each.function_name == "give" else each for each in returning)
        )

    return make


@pytest.mark.parametrize(
    ("returned", "bound", "expected"),
    [
        (WHOLE, "take_whole: '${{ workflow.g.return }}'", []),
        (None, "take_whole: '${{ workflow.g.return }}'", []),
        ({}, "take_whole: '${{ workflow.g.return.x[0] }}'", []),
        (TEXT, "take_whole: '${{ workflow.g.return }}'", ["WT302"]),
        (TEXT, "take_maybe: '${{ workflow.g.return }}'", ["WT302"]),
        ({"type": "null"}, "take_maybe: '${{ workflow.g.return }}'", []),
        (TEXT, "take_whole: '${{ env.X }}'", []),
        (TEXT, "take_maybe: '${{ secrets.X }}'", []),
        (TEXT, "take_point: '${{ env.X }}'", ["WT302"]),
        (TEXT, "take_many: '${{ secrets.X }}'", ["WT302"]),
        (TEXT, "take_many: ['${{ env.X }}']", []),
        (TEXT, "take_any: '${{ env.X > 3 }}'", ["WT303"]),
        (TEXT, "take_any: '${{ env.X.name }}'", ["WT303"]),
        (TEXT, "take_whole: '${{ len(workflow.g.return) }}'", []),
        (TEXT, "take_many: ['${{ workflow.g.return }}', 1]", ["WT302"]),
        (TEXT, "take_many: ['${{ workflow.g.return }}', x]", ["WT302", "WT301"]),
        (WHOLE, "take_many: ['${{ workflow.g.return }}', x]", ["WT301"]),
        (TEXT, "take_point: {x: '${{ workflow.g.return }}', label: null}", ["WT302"]),
        (POINT, "take_point: '${{ workflow.g.return }}'", []),
        (POINT, "take_text: '${{ workflow.g.return.label }}'", ["WT302"]),
        (POINT, "take_text: \"${{ default(workflow.g.return.label, '') }}\"", []),
        (POINT, "take_whole: '${{ workflow.g.return.label.x }}'", ["WT303"]),
        (POINT, "take_whole: '${{ workflow.g.return.y }}'", ["WT303"]),
        (POINT, "take_whole: '${{ workflow.g.return[0].x }}'", []),
        ({"type": "array", "items": POINT}, "take_whole: '${{ workflow.g.return[0].x }}'", []),
        ({"type": "array", "items": POINT}, "take_whole: '${{ workflow.g.return.x }}'", ["WT303"]),
        ({"type": "object", "additionalProperties": WHOLE}, "take_whole: '${{ workflow.g.return.x }}'", ["WT303"]),
        ({"type": "object", "additionalProperties": TEXT}, "take_whole: \"${{ workflow.g.return['x'] }}\"", ["WT302"]),
        ({"type": "string", "format": "date"}, "take_whole: '${{ workflow.g.return.year }}'", []),
        ({"type": "acme.Frame"}, "take_whole: '${{ workflow.g.return.size }}'", []),
        (
            {"type": "array", "items": WHOLE, "uniqueItems": True},
            "take_whole: '${{ workflow.g.return[0] }}'",
            ["WT303"],
        ),
        (WHOLE, "take_whole: '${{ workflow.g.return.done }}'", ["WT303"]),
        (WHOLE, "take_whole: '${{ workflow.g.return.numerator }}'", []),
        ({"type": "number"}, "take_text: '${{ workflow.g.return.unit }}'", ["WT303"]),
        ({"type": "number", "format": "time-delta"}, "take_whole: '${{ workflow.g.return.days }}'", []),
        (WHOLE, "take_whole: '${{ workflow.g.return + 1 }}'", []),
        (WHOLE, "take_whole: '${{ workflow.g.return / 2 }}'", ["WT302"]),
        (WHOLE, "take_whole: '${{ workflow.g.return // 0 }}'", ["WT303"]),
        (WHOLE, "take_whole: \"${{ workflow.g.return + 'a' }}\"", ["WT303"]),
        (WHOLE, "take_any: \"${{ workflow.g.return < 'a' }}\"", ["WT303"]),
        (WHOLE, "take_any: '${{ 1 in workflow.g.return }}'", ["WT303"]),
        (WHOLE, "take_any: '${{ len(workflow.g.return) }}'", ["WT303"]),
        (WHOLE, "take_any: \"${{ join(workflow.g.return, ',') }}\"", ["WT303"]),
        (WHOLE, "take_any: \"${{ format('{} {}', workflow.g.return) }}\"", ["WT303"]),
        (WHOLE, "take_any: \"${{ format('{', workflow.g.return) }}\"", ["WT303"]),
        (WHOLE, "take_any: \"${{ format('{a}', workflow.g.return) }}\"", ["WT303"]),
        (WHOLE, "take_any: \"${{ format('{1} {0}', workflow.g.return, 2) }}\"", []),
        (WHOLE, "take_any: \"${{ format('{:04d} {:.1f}', workflow.g.return, 2) }}\"", []),
        (WHOLE, "take_any: \"${{ format('{1} {0:x>{1}}', workflow.g.return, 2) }}\"", []),
        (WHOLE, "take_any: \"${{ format('{:q}', workflow.g.return) }}\"", ["WT303"]),
        (TEXT, "take_any: \"${{ format('{:.2f}', workflow.g.return) }}\"", ["WT303"]),
        (TEXT, "take_any: \"${{ join(', ', workflow.g.return) }}\"", ["WT303"]),
    ],
)
def test_what_is_bound_is_what_the_task_takes(
    returned: dict[str, Any] | None,
    bound: str,
    expected: list[str],
    found: Found,
    library: Callable[..., RegistryOutput],
) -> None:
    task, _, value = bound.partition(": ")
    workflow = f"- {{id: g, task: give}}\n- id: t\n  task: {task}\n  partial:\n    value: {value}\n"
    assert [each.split()[0] for each in found(workflow, library(returned))] == expected


@pytest.mark.parametrize(
    ("returned", "mapping", "expected"),
    [
        ({"type": "array", "items": WHOLE}, "take_whole map value", []),
        ({"type": "array", "items": TEXT}, "take_whole map value", ["WT302"]),
        (WHOLE, "take_whole map value", ["WT302"]),
        (TEXT, "take_text map value", ["WT302"]),
        ({"anyOf": [{"type": "array", "items": WHOLE}, {"type": "null"}]}, "take_whole map value", ["WT302"]),
        ({"type": "array"}, "take_whole map value", []),
        ({"type": "object", "additionalProperties": WHOLE}, "take_text map value", []),
        ({"type": "object", "additionalProperties": WHOLE}, "take_whole mapvalues value", []),
        ({"type": "object", "additionalProperties": TEXT}, "take_whole mapvalues value", ["WT302"]),
        ({"type": "array", "items": WHOLE}, "take_whole mapvalues value", ["WT302"]),
        ({"type": "array", "items": {"type": "array", "items": WHOLE}}, "take_two map [first,second]", ["WT302"]),
        ({"type": "array", "items": POINT}, "take_two map [first,second]", ["WT302"]),
        ({"type": "array", "items": WHOLE}, "take_two map [first,second]", ["WT302"]),
        (
            {"type": "array", "items": {"type": "array", "prefixItems": [WHOLE, TEXT], "minItems": 2, "maxItems": 2}},
            "take_two map [first,second]",
            [],
        ),
    ],
)
def test_what_is_mapped_over_has_the_right_elements(
    returned: dict[str, Any], mapping: str, expected: list[str], found: Found, library: Callable[..., RegistryOutput]
) -> None:
    task, method, names = mapping.split()
    over = f"{method}: {{argnames: {names}, argvalues: '${{{{ workflow.g.return }}}}'}}"
    workflow = f"- {{id: g, task: give}}\n- {{id: t, task: {task}, {over}}}\n"
    assert [each.split()[0] for each in found(workflow, library(returned))] == expected


def test_a_mapped_instance_gives_a_list_and_a_keyed_one_pairs(
    found: Found, library: Callable[..., RegistryOutput]
) -> None:
    workflow = """
        - {id: g, task: give}
        - {id: m, task: take_whole, map: {argnames: value, argvalues: '${{ workflow.g.return }}'}}
        - {id: k, task: take_whole, mapvalues: {argnames: value, argvalues: {a: 1}}}
        - {id: many, task: take_many, partial: {value: '${{ workflow.m.return }}'}}
        - {id: one, task: take_whole, partial: {value: '${{ workflow.m.return }}'}}
        - {id: pairs, task: take_many, partial: {value: '${{ workflow.k.return }}'}}
        - {id: value, task: take_whole, partial: {value: '${{ workflow.k.return[0][1] }}'}}
    """
    assert found(workflow, library({"type": "array", "items": WHOLE})) == ["WT302 8:64", "WT302 9:65"]


def test_what_may_be_skipped_is_warned_of_where_it_is_not_taken(
    found: Found, library: Callable[..., RegistryOutput]
) -> None:
    workflow = """
        - {id: g, task: give, skipif: {conditions: [always]}}
        - {id: a, task: take_whole, partial: {value: '${{ workflow.g.return }}'}}
        - {id: b, task: take_whole, partial: {value: '${{ workflow.g.return }}'}, skipif: {conditions: [always]}}
        - {id: c, task: take_whole, partial: {value: '${{ default(workflow.g.return, 1) }}'}}
        - {id: d, task: take_whole, partial: {value: '${{ workflow.g.return + 1 }}'}}
        - {id: m, task: take_whole, map: {argnames: value, argvalues: [1]}, skipif: {conditions: [always]}}
        - {id: n, task: take_whole, map: {argnames: value, argvalues: '${{ workflow.m.return }}'}}
        - {id: e, task: take_many, partial: {value: '${{ workflow.n.return }}'}}
        - {id: f, task: take_parts, partial: {value: '${{ workflow.n.return }}'}}
    """
    assert found(workflow, library(WHOLE)) == ["WT304 5:62", "WT304 8:62", "WT304 11:61"]


def test_a_recursive_type_fits_itself(
    entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput], found: Found
) -> None:
    def node(value: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {"value": value, "next": {"$ref": "#/$defs/Node"}},
            "required": ["value"],
        }

    reference = {"$ref": "#/$defs/Node"}
    grow = entry("grow", {"node": reference}, ["node"], definitions={"Node": node(WHOLE)})
    grow = replace(grow, return_schema={**reference, "$defs": {"Node": node(WHOLE)}})
    wilt = entry("wilt", {"node": reference}, ["node"], definitions={"Node": node(TEXT)})
    workflow = """
        - {id: a, task: grow}
        - {id: b, task: grow, partial: {node: '${{ workflow.a.return }}'}}
        - {id: c, task: wilt, partial: {node: '${{ workflow.b.return }}'}}
    """
    assert found(workflow, registry_of(grow, wilt)) == ["WT302 6:55"]


def test_both_places_are_shown(
    diagnose: Callable[..., list[Diagnostic]], library: Callable[..., RegistryOutput]
) -> None:
    text = """\
        id: demo
        requirements: []
        workflow:
          - id: numbers
            task: give
          - id: one
            task: take_whole
            partial:
              value: ${{ workflow.numbers.return }}
        """
    (found,) = diagnose(text, library({"type": "array", "items": WHOLE}))
    shown = format_text(
        replace(found, file="spec.yaml", notes=tuple(replace(n, file="spec.yaml") for n in found.notes))
    )
    assert (
        shown
        == """\
error[WT302]: 'value' of the task 'take_whole' takes a whole number, and 'numbers' returns a list of whole numbers
  --> spec.yaml:9:27
 9 |       value: ${{ workflow.numbers.return }}
   |                           ^
  note: 'numbers' is what the task 'give' returns
  --> spec.yaml:5:11
 5 |     task: give
   |           ^
  hint: call the task once an element: 'map' with 'argnames: [value]'"""
    )
