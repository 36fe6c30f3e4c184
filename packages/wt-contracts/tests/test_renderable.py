"""Schemas as forms get them."""

from __future__ import annotations

from wt_contracts.renderable import renderable

_LABEL = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
_COUNT = {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 5}
_POINT = {"type": "object", "properties": {"x": {"type": "number", "default": 0}, "label": _LABEL, "count": _COUNT}}


def test_a_default_has_no_null_where_the_field_is_left_empty_instead() -> None:
    whole = {"x": 0, "label": None, "count": None}
    schema = {
        "type": "object",
        "properties": {
            "one": {"$ref": "#/$defs/Point", "default": whole},
            "many": {"type": "array", "items": {"$ref": "#/$defs/Point"}, "default": [whole]},
        },
        "$defs": {"Point": _POINT},
    }

    properties = renderable(schema).schema["properties"]

    # The field of `count` is a choice that null is one of: its own default is another
    assert properties["one"]["default"] == {"x": 0, "count": None}
    assert properties["many"]["default"] == [{"x": 0, "count": None}]


def test_neither_has_one_inside_of_a_union_a_mapping_or_a_tuple() -> None:
    circle = {"type": "object", "properties": {"kind": {"const": "circle"}, "centre": {"$ref": "#/$defs/Point"}}}
    square = {"type": "object", "properties": {"kind": {"const": "square"}, "centre": {"type": "object"}}}
    shape = {"oneOf": [{"$ref": "#/$defs/Square"}, {"$ref": "#/$defs/Circle"}]}
    point = {"$ref": "#/$defs/Point"}
    whole = {"x": 0, "label": None}
    schema = {
        "properties": {
            "shape": {**shape, "default": {"kind": "circle", "centre": whole}},
            "maybe": {"anyOf": [shape, {"type": "null"}], "default": {"kind": "circle", "centre": whole}},
            "by_name": {"type": "object", "additionalProperties": point, "default": {"here": whole}},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, point], "default": ["a", whole]},
        },
        "$defs": {"Point": _POINT, "Circle": circle, "Square": square},
    }

    properties = renderable(schema).schema["properties"]

    assert properties["shape"]["default"] == {"kind": "circle", "centre": {"x": 0}}
    assert properties["maybe"]["default"] == {"kind": "circle", "centre": {"x": 0}}
    assert properties["by_name"]["default"] == {"here": {"x": 0}}
    assert properties["pair"]["default"] == ["a", {"x": 0}]


def test_fields_of_one_model_are_called_by_their_names_unless_the_model_has_a_title() -> None:
    point = {"type": "object", "title": "Point", "properties": {}}
    fields = {
        "the_start": {"$ref": "#/$defs/Point"},
        "end": {"anyOf": [{"$ref": "#/$defs/Point__2"}, {"type": "null"}]},
    }
    schema = {
        "properties": {**fields, "look": {"$ref": "#/$defs/Look"}, "The group": {"type": "object"}},
        "$defs": {"Point": point, "Point__2": point, "Look": {**point, "title": "How it looks"}},
    }

    properties = renderable(schema).schema["properties"]

    titles = {name: field.get("title") for name, field in properties.items()}
    assert titles == {"the_start": "The Start", "end": "End", "look": None, "The group": None}


def test_no_file_is_a_field_left_empty_and_no_broken_url() -> None:
    photo = {"type": "string", "format": "data-url", "default": "", "title": "Photo"}
    form = renderable({"type": "object", "properties": {"photo": photo}})
    assert form.schema["properties"]["photo"] == {"type": "string", "format": "data-url", "title": "Photo"}


def test_a_duration_says_how_it_is_written_unless_its_author_does() -> None:
    wait = {"type": "string", "format": "duration", "title": "Wait"}
    form = renderable({"properties": {"wait": wait, "rest": {**wait, "description": "ISO 8601."}}})
    assert "PT1H30M" in form.schema["properties"]["wait"]["description"]
    assert form.schema["properties"]["rest"]["description"] == "ISO 8601."
