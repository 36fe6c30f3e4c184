"""What an override lets into the form and the workflow refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from wt_compiler.form_values import refused_values

LOAD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "title": "Path"},
        "limit": {"type": "integer", "minimum": 0, "maximum": 10, "default": 5},
        "mode": {"$ref": "#/$defs/Mode"},
        "share": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
    },
    "required": ["path"],
    "additionalProperties": False,
}
PARAMS: dict[str, Any] = {"properties": {"load": LOAD}, "$defs": {"Mode": {"enum": ["fast", "slow"]}}}


def with_field(name: str, **changes: Any) -> dict[str, Any]:
    field = {**LOAD["properties"].get(name, {}), **changes}
    return {**PARAMS, "properties": {"load": {**LOAD, "properties": {**LOAD["properties"], name: field}}}}


def test_a_form_without_overrides_offers_nothing_else() -> None:
    grouped = {"ecoscope:task_group": True, "properties": PARAMS["properties"]}
    assert refused_values(PARAMS, PARAMS) == {}
    assert refused_values({**PARAMS, "properties": {"The group": grouped}}, PARAMS) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Limit"},
        {"maximum": 7},
        {"default": 10},
        {"examples": [1, 2]},
        {"oneOf": [{"const": 1, "title": "one"}, {"const": 2, "title": "two"}]},
        {"ui:help": "x", "vendor:more": {"default": "text"}},
    ],
)
def test_a_form_may_say_more_and_offer_less(changes: dict[str, Any]) -> None:
    assert refused_values(with_field("limit", **changes), PARAMS) == {}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"maximum": 100}, "100"),
        ({"minimum": -1}, "-1"),
        ({"default": "five"}, '"five"'),
        ({"examples": [5, 50]}, "50"),
        ({"enum": [1, 11]}, "11"),
        ({"oneOf": [{"const": 1, "title": "one"}, {"const": 12, "title": "dozen"}]}, "12"),
    ],
)
def test_a_value_that_is_offered_and_refused_is_found(changes: dict[str, Any], shown: str) -> None:
    assert refused_values(with_field("limit", **changes), PARAMS) == {
        "load.limit": f"can be {shown} in the form, and the workflow refuses that"
    }


def test_another_type_is_found() -> None:
    assert refused_values(with_field("path", type="integer"), PARAMS) == {
        "load.path": "can be 1 in the form, and the workflow refuses that"
    }


def test_a_definition_that_offers_more_is_found_where_it_is_used() -> None:
    form = {**PARAMS, "$defs": {"Mode": {"enum": ["fast", "slow", "medium"]}}}
    assert refused_values(form, PARAMS) == {"load.mode": 'can be "medium" in the form, and the workflow refuses that'}


def test_a_field_that_the_task_does_not_know_is_found() -> None:
    found = refused_values(with_field("colour", type="string"), PARAMS)
    assert found == {"load.colour": "is a field of the form, and the workflow knows none of that name"}


def test_a_field_that_need_not_be_filled_in_is_found() -> None:
    form = {**PARAMS, "properties": {"load": {**LOAD, "required": []}}}
    assert refused_values(form, PARAMS) == {"load.path": "can be left out of the form, and the workflow requires it"}


@pytest.mark.parametrize(
    "changes",
    [
        {"if": {"properties": {"limit": {"const": 1}}}, "then": {"properties": {"colour": {"type": "string"}}}},
        {"dependentSchemas": {"limit": {"properties": {"colour": {"type": "string"}}}}},
        {"allOf": [{"if": {"required": ["limit"]}, "else": {"properties": {"colour": {"type": "string"}}}}]},
    ],
)
def test_a_field_under_a_condition_that_the_task_does_not_know_is_found(changes: dict[str, Any]) -> None:
    form = {**PARAMS, "properties": {"load": {**LOAD, **changes}}}
    assert list(refused_values(form, PARAMS)) == ["load.colour"]


def test_a_field_that_is_shown_under_a_condition_is_compared_too() -> None:
    fields = {name: field for name, field in LOAD["properties"].items() if name != "limit"}
    wide = {"then": {"properties": {"limit": {"type": "integer", "maximum": 100}}}}
    same = {"then": {"properties": {"limit": LOAD["properties"]["limit"]}}}
    for added, found in ((wide, ["load.limit"]), (same, [])):
        form = {**PARAMS, "properties": {"load": {**LOAD, "properties": fields, **added}}}
        assert list(refused_values(form, PARAMS)) == found


def nested(point: dict[str, Any], *, copied: bool) -> dict[str, Any]:
    """A form whose step has models in every kind of place; as a copy each, they are shown in another way."""
    plain = {"type": "object", "properties": {"x": {"type": "number"}}, "additionalProperties": False}

    def shown() -> dict[str, Any]:
        return copy.deepcopy({**plain, **point}) if copied else {"$ref": "#/$defs/Point"}

    fields = {
        "points": {"type": "array", "items": shown()},
        "named": {"type": "object", "additionalProperties": shown()},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, shown()]},
        "maybe": {"anyOf": [shown(), {"type": "null"}]},
        "one": shown(),
    }
    step = {"type": "object", "properties": fields, "required": [], "additionalProperties": False}
    return {"properties": {"draw": step}, "$defs": {"Point": plain}}


@pytest.mark.parametrize(
    ("point", "name"),
    [
        ({"properties": {"x": {"type": "number", "enum": [1, "two"]}}}, "x"),
        ({"properties": {"x": {"type": "number"}, "z": {"type": "number"}}}, "z"),
    ],
)
def test_what_is_refused_inside_of_lists_and_models_is_found(point: dict[str, Any], name: str) -> None:
    found = refused_values(nested(point, copied=True), nested({}, copied=False))
    places = ["draw.points[]", "draw.named.*", "draw.pair[1]", "draw.maybe", "draw.one"]
    assert list(found) == [f"{place}.{name}" for place in places]


def test_models_that_are_shown_in_another_way_offer_nothing_else() -> None:
    point = {"title": "Place", "properties": {"x": {"type": "number", "title": "Easting"}}}
    assert refused_values(nested(point, copied=True), nested({}, copied=False)) == {}


def test_a_definition_that_refers_to_itself_is_compared_once() -> None:
    params = {**PARAMS, "$defs": {**PARAMS["$defs"], "Node": {"properties": {"next": {"$ref": "#/$defs/Node"}}}}}
    load = {**LOAD, "properties": {**LOAD["properties"], "node": {"$ref": "#/$defs/Node"}}}
    params["properties"] = {"load": load}
    titled = {"properties": {"next": {"$ref": "#/$defs/Node"}}, "title": "A node"}
    assert refused_values({**params, "$defs": {**params["$defs"], "Node": titled}}, params) == {}


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ({"dependentSchemas": {"kind": {"properties": {"extra": {}}}}, "additionalProperties": False}, True),
        ({"if": {}, "then": {"properties": {"extra": {}}}, "additionalProperties": False}, True),
        ({"if": {}, "then": {"properties": {"kind": {}}}, "additionalProperties": False}, False),
        ({"if": {}, "then": {"properties": {"extra": {}}}}, False),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_a_schema_that_contradicts_itself_is_told(shape: dict[str, Any], found: bool, inside: bool) -> None:
    model = {"type": "object", "properties": {"kind": {}}, **shape}
    field = {"type": "array", "items": {"$ref": "#/$defs/Model"}} if inside else {"$ref": "#/$defs/Model"}
    same = {"properties": {"draw": {"properties": {"shape": field}}}, "$defs": {"Model": model}}
    place = f"draw.shape{'[]' if inside else ''}.extra"
    told = {place: "is a field of the form, and the workflow knows none of that name"} if found else {}
    assert refused_values(same, same) == told
