"""A form does not ask for what the choice of a model has said."""

from __future__ import annotations

from typing import Any

from wt_contracts.discriminators import hide_discriminators

HIDDEN = {"ui:widget": "hidden"}
DEFINITIONS: dict[str, Any] = {
    "Cat": {"properties": {"kind": {"const": "cat"}, "mother": {"$ref": "#/$defs/Cat"}}},
    "Owner": {"properties": {"name": {}, "pet": {"$ref": "#/$defs/Pet"}}},
    "Pet": {"oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}], "discriminator": {"propertyName": "kind"}},
    "Dog": {"properties": {"kind": {"const": "dog"}, "friends": {"items": {"$ref": "#/$defs/Pet"}}}},
}


def hidden(field: dict[str, Any], ui_schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return hide_discriminators({"properties": {"field": field}, "$defs": DEFINITIONS}, ui_schema or {})


def test_it_is_hidden_wherever_the_union_stands() -> None:
    assert hidden({"$ref": "#/$defs/Pet"}) == {"field": {"kind": HIDDEN}}
    assert hidden({"items": {"$ref": "#/$defs/Pet"}}) == {"field": {"items": {"kind": HIDDEN}}}
    assert hidden({"anyOf": [{"$ref": "#/$defs/Pet"}, {"type": "null"}]}) == {"field": {"kind": HIDDEN}}
    assert hidden({"$ref": "#/$defs/Owner"}) == {"field": {"pet": {"kind": HIDDEN}}}
    assert hidden({"additionalProperties": {"$ref": "#/$defs/Owner"}}) == {
        "field": {"additionalProperties": {"pet": {"kind": HIDDEN}}}
    }


def test_a_constant_that_no_choice_has_said_is_shown() -> None:
    assert hidden({"$ref": "#/$defs/Cat"}) == {}
    assert hidden({"const": 1}) == {}


def test_what_is_said_already_stays() -> None:
    said = {"field": {"kind": {"ui:widget": "text"}, "ui:order": ["*"]}, "other": {"ui:help": "x"}}
    assert hidden({"$ref": "#/$defs/Pet"}, said) == said
