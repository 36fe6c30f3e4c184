"""What an override lets into the form and the workflow refuses."""

from __future__ import annotations

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
    assert found == {"load.colour": "is a field of the form, and no parameter of the task"}


def test_a_field_that_need_not_be_filled_in_is_found() -> None:
    form = {**PARAMS, "properties": {"load": {**LOAD, "required": []}}}
    assert refused_values(form, PARAMS) == {"load.path": "can be left out of the form, and the workflow requires it"}
