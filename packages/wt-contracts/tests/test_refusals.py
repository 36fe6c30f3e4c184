from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.codes import Code
from wt_contracts.refusals import explain

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["load"],
    "additionalProperties": False,
    "$defs": {
        "Box": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"north": {"type": "number"}, "south": {"type": "number"}},
            "required": ["north"],
        },
        "Node": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}}},
    },
    "properties": {
        "load": {
            "type": "object",
            "additionalProperties": False,
            "required": ["path"],
            "properties": {
                "path": {"type": "string"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 9},
                "mode": {"enum": ["fast", "slow"]},
                "box": {"anyOf": [{"$ref": "#/$defs/Box"}, {"type": "null"}]},
                "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                "choice": {"oneOf": [{"const": 1}, {"const": "two"}]},
                "years": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "uniqueItems": True},
                "node": {"$ref": "#/$defs/Node"},
                "code": {"type": "string", "pattern": "^x", "maxLength": 3},
                "odd": {"not": {"const": 3}},
            },
        },
    },
}


def messages(load: Any) -> list[str]:
    return [diagnostic.message for diagnostic in diagnose({"load": load})]


def diagnose(value: Any):
    return explain(jsonschema_rs.validator_for(SCHEMA).iter_errors(value), SCHEMA)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"limit": "q"}, 'the parameter load.limit must be a whole number, and is "q"'),
        ({"limit": 0}, "the parameter load.limit must be at least 1, and is 0"),
        ({"mode": "fasst"}, 'the parameter load.mode must be one of "fast", "slow", and is "fasst"'),
        ({"years": [2012, "x"]}, 'the parameter load.years[1] must be a whole number, and is "x"'),
        ({"years": []}, "the parameter load.years must have at least 1 item(s), and is []"),
        ({"years": [1, 1]}, "the parameter load.years must not hold the same item twice, and is [1, 1]"),
        ({"size": "big"}, 'the parameter load.size must be a whole number or null, and is "big"'),
        ({"choice": 3}, 'the parameter load.choice must be 1 or "two", and is 3'),
        ({"box": {"north": "up"}}, 'the parameter load.box.north must be a number, and is "up"'),
        ({"box": {}}, "the parameter load.box.north is missing"),
        ({"box": {"north": 1, "sout": 2}}, "there is no parameter load.box.sout"),
        ({"code": "y"}, 'the parameter load.code must match the pattern ^x, and is "y"'),
        ({"lmit": 3}, "there is no parameter load.lmit"),
    ],
)
def test_each_mistake_names_its_parameter_and_what_is_wrong(wrong, message):
    assert messages({"path": "x", **wrong}) == [message]


def test_a_near_miss_is_suggested():
    [unknown] = diagnose({"load": {"path": "x", "lmit": 3}})
    [wrong] = diagnose({"load": {"path": "x", "mode": "fasst"}})
    [inner] = diagnose({"load": {"path": "x", "box": {"north": 1, "sout": 2}}})

    assert unknown.hint == "did you mean load.limit?"
    assert wrong.hint == 'did you mean "fast"?'
    assert inner.hint == "did you mean load.box.south?"


def test_a_name_that_nothing_knows_is_taken_for_the_one_that_is_missing():
    schema = {"properties": {"name": {}, "size": {}}, "required": ["name"]}
    [missing] = explain(jsonschema_rs.validator_for(schema).iter_errors({"nmae": "x"}), schema)
    [other] = explain(jsonschema_rs.validator_for(schema).iter_errors({"size": "x"}), schema)

    assert missing.hint == "there is no 'nmae': did you mean 'name'?"
    assert other.hint is None


def test_a_missing_step_is_reported_by_its_required_parameters():
    [missing] = diagnose({})

    assert missing.code == Code.PARAMETER_MISSING
    assert missing.message == "the parameter load.path is missing"


def test_all_mistakes_are_reported_at_once():
    assert len(diagnose({"load": {"limit": "q", "lmit": 1, "mode": 3}, "loda": {}})) == 5


def test_mistakes_come_in_the_order_of_the_file():
    places = {("load", "limit"): (5, 3), ("load", "mode"): (2, 3)}
    errors = jsonschema_rs.validator_for(SCHEMA).iter_errors({"load": {"path": "x", "limit": "q", "mode": 3}})

    found = explain(errors, SCHEMA, file="p.yaml", place=places.get, source="line {}".format)

    assert [diagnostic.place for diagnostic in found] == ["p.yaml:2:3", "p.yaml:5:3"]
    assert [diagnostic.source for diagnostic in found] == ["line 2", "line 5"]


def test_a_keyword_without_words_of_its_own_is_reported_in_the_librarys():
    assert messages({"path": "x", "odd": 3})[0].startswith("the parameter load.odd is refused: ")


def test_a_long_value_is_shortened():
    assert len(messages({"path": "x", "limit": "q" * 1000})[0]) < 200


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 20) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["path", "limit", "box", "north", "node", "next", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(VALUES)
def test_any_refused_value_is_put_into_words(value):
    assert bool(diagnose(value)) == (not jsonschema_rs.validator_for(SCHEMA).is_valid(value))
