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


def test_no_file_is_a_field_left_empty_and_no_broken_url() -> None:
    photo = {"type": "string", "format": "data-url", "default": "", "title": "Photo"}
    form = renderable({"type": "object", "properties": {"photo": photo}})
    assert form.schema["properties"]["photo"] == {"type": "string", "format": "data-url", "title": "Photo"}


def test_a_duration_says_how_it_is_written_unless_its_author_does() -> None:
    wait = {"type": "string", "format": "duration", "title": "Wait"}
    form = renderable({"properties": {"wait": wait, "rest": {**wait, "description": "ISO 8601."}}})
    assert "PT1H30M" in form.schema["properties"]["wait"]["description"]
    assert form.schema["properties"]["rest"]["description"] == "ISO 8601."
