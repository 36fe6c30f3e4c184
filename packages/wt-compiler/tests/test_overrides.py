"""Patching `rjsf.json`."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from wt_compiler.dag import Override
from wt_compiler.overrides import OverrideRefusedError, apply, merged
from wt_compiler.values import Position

FORM: dict[str, Any] = {
    "properties": {
        "load": {"type": "object", "properties": {"path": {"type": "string", "title": "Path"}}, "title": "Load"},
        "The v1.0 look": {
            "type": "object",
            "ecoscope:task_group": True,
            "properties": {"draw": {"properties": {"size": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}},
        },
    },
    "$defs": {"Point": {"properties": {"x": {"type": "number"}}}},
    "uiSchema": {"ui:order": ["load", "The v1.0 look"]},
    "additionalProperties": False,
}


def patched(section: Any, path: str, value: Any) -> dict[str, Any]:
    before = copy.deepcopy(FORM)
    result = apply(FORM, Override(section, path, value, Position(1, 1)))
    assert before == FORM, "the document was changed in place"
    return result


def test_a_new_leaf_is_added_and_nothing_else_changes() -> None:
    result = patched("properties", "load.properties.path.ui:help", "a file")
    assert result["properties"]["load"]["properties"]["path"] == {
        "type": "string",
        "title": "Path",
        "ui:help": "a file",
    }
    assert result["$defs"] is FORM["$defs"]


def test_mappings_merge() -> None:
    result = patched("properties", "load.properties.path", {"title": "File", "format": "uri"})
    assert result["properties"]["load"]["properties"]["path"] == {"type": "string", "title": "File", "format": "uri"}


@pytest.mark.parametrize("value", ["x", 3, None, ["a"], False])
def test_everything_else_replaces(value: object) -> None:
    assert patched("properties", "load.title", value)["properties"]["load"]["title"] == value


def test_a_mapping_replaces_what_is_no_mapping_and_the_other_way_round() -> None:
    assert merged("x", {"a": 1}, {}) == {"a": 1}
    assert merged({"a": 1}, [1], {}) == [1]
    assert merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {}) == {"a": {"b": 3, "c": 2}}


def test_a_key_with_dots_in_it_can_be_addressed() -> None:
    result = patched("properties", "The v1.0 look.description", "D")
    assert result["properties"]["The v1.0 look"]["description"] == "D"


def test_a_new_key_with_dots_is_written_in_quotes() -> None:
    result = patched("properties", 'load."a.b".c', 1)
    assert result["properties"]["load"]["a.b"] == {"c": 1}
    assert patched("properties", '"The v1.0 look".title', "T")["properties"]["The v1.0 look"]["title"] == "T"


def test_a_number_steps_into_a_list() -> None:
    result = patched("properties", "The v1.0 look.properties.draw.properties.size.anyOf.1.title", "none")
    choices = result["properties"]["The v1.0 look"]["properties"]["draw"]["properties"]["size"]["anyOf"]
    assert choices == [{"type": "integer"}, {"type": "null", "title": "none"}]


@pytest.mark.parametrize(
    ("section", "path", "says"),
    [
        ("properties", "load.title.text", "a text"),
        ("properties", "The v1.0 look.properties.draw.properties.size.anyOf.first", "a list of 2"),
        ("uiSchema", "ui:order.load.x", "a list of 2"),
    ],
)
def test_a_path_through_what_cannot_hold_it_is_refused(section: str, path: str, says: str) -> None:
    with pytest.raises(OverrideRefusedError, match=says):
        patched(section, path, 1)


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ("properties", "lode.title"),
        ("properties", "load.properties.paht.title"),
        ("properties", "The v1.0 look.properties.drw.title"),
        ("properties", "The v1.0 look.properties.draw.properties.sice.title"),
        ("properties", "The v1.0 look.properties.draw.properties.size.anyOf.2.title"),
        ("$defs", "Pint.title"),
    ],
)
def test_an_override_without_a_target_leaves_no_junk_in_the_form(section: str, path: str) -> None:
    assert patched(section, path, "x") == FORM


def test_the_user_interface_schema_may_name_what_is_not_there_yet() -> None:
    ui = patched("uiSchema", "load.path.ui:widget", "file")["uiSchema"]
    assert ui == {"ui:order": ["load", "The v1.0 look"], "load": {"path": {"ui:widget": "file"}}}


def test_a_whole_definition_can_be_added() -> None:
    assert patched("$defs", "Line", {"type": "object"})["$defs"]["Line"] == {"type": "object"}


SHAPES: dict[str, Any] = {
    "properties": {
        "draw": {
            "type": "object",
            "properties": {
                "one": {"$ref": "#/$defs/Point", "description": "Where"},
                "many": {"type": "array", "items": {"$ref": "#/$defs/Point"}},
                "some": {"anyOf": [{"$ref": "#/$defs/Alias"}, {"type": "null"}]},
                "tree": {"$ref": "#/$defs/Tree"},
                "lost": {"$ref": "#/$defs/Circle"},
            },
        }
    },
    "$defs": {
        "Point": {"type": "object", "title": "Point", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}},
        "Alias": {"$ref": "#/$defs/Point"},
        "Tree": {"properties": {"left": {"$ref": "#/$defs/Tree"}, "size": {"type": "integer"}}},
        "Circle": {"$ref": "#/$defs/Circle"},
    },
}
POINT = {
    "type": "object",
    "title": "Point",
    "properties": {"x": {"type": "number", "title": "X"}, "y": {"type": "number"}},
}


@pytest.mark.parametrize(
    ("path", "value", "parameter"),
    [
        ("one.properties.x.title", "X", {**POINT, "description": "Where"}),
        ("one.properties.x", {"title": "X"}, {**POINT, "description": "Where"}),
        ("one", {"properties": {"x": {"title": "X"}}}, {**POINT, "description": "Where"}),
        ("one.title", "Place", {"$ref": "#/$defs/Point", "description": "Where", "title": "Place"}),
        ("many.items.properties.x.title", "X", {"type": "array", "items": POINT}),
        ("many", {"items": {"properties": {"x": {"title": "X"}}}}, {"type": "array", "items": POINT}),
        ("some.anyOf.0.properties.x.title", "X", {"anyOf": [POINT, {"type": "null"}]}),
        (
            "tree.properties.left.properties.size.title",
            "Size",
            {
                "properties": {
                    "left": {
                        "properties": {
                            "left": {"$ref": "#/$defs/Tree"},
                            "size": {"type": "integer", "title": "Size"},
                        }
                    },
                    "size": {"type": "integer"},
                }
            },
        ),
        ("lost.properties.x.title", "X", {"$ref": "#/$defs/Circle", "properties": {"x": {"title": "X"}}}),
    ],
)
def test_what_stands_behind_a_reference_is_patched_at_that_place_alone(path: str, value: Any, parameter: Any) -> None:
    result = apply(SHAPES, Override("properties", f"draw.properties.{path}", value, Position(1, 1)))
    name = path.partition(".")[0]
    assert result["properties"]["draw"]["properties"] == {
        **SHAPES["properties"]["draw"]["properties"],
        name: parameter,
    }
    assert result["$defs"] is SHAPES["$defs"]


@pytest.mark.parametrize(
    "path", ["one.properties.z.title", "many.items.properties.z", "some.anyOf.0.properties.z.title"]
)
def test_a_property_that_no_definition_has_is_no_target(path: str) -> None:
    assert apply(SHAPES, Override("properties", f"draw.properties.{path}", "Z", Position(1, 1))) is SHAPES
