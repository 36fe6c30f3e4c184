"""Which types fit where."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wt_compiler.types.answer import Answer, Reason
from wt_compiler.types.assignability import Assignability
from wt_compiler.types.schema_type import SKIP, Type
from wt_compiler.types.wording import describe, explain


def compare(given_schema: Any, wanted_schema: Any) -> Answer:
    types = [
        Type(each, each.get("$defs", {}) if isinstance(each, dict) else {}) for each in (given_schema, wanted_schema)
    ]
    return Assignability().compare(*types)


def model(title: str, *, required: list[str] | None = None, **fields: Any) -> dict[str, Any]:
    names = [*fields] if required is None else required
    return {"type": "object", "title": title, "properties": fields, "required": names}


TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
NULL: dict[str, Any] = {"type": "null"}
TREE = {"$ref": "#/$defs/T", "$defs": {"T": model("T", value=WHOLE, left={"anyOf": [{"$ref": "#/$defs/T"}, NULL]})}}
DEEP = {"$ref": "#/$defs/T", "$defs": {"T": model("T", value=NUMBER, left={"anyOf": [{"$ref": "#/$defs/T"}, NULL]})}}
OTHER = {"$ref": "#/$defs/T", "$defs": {"T": model("T", value=TEXT, left={"anyOf": [{"$ref": "#/$defs/T"}, NULL]})}}


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (TEXT, TEXT),
        (TEXT, {}),
        (TEXT, True),
        (False, TEXT),
        (WHOLE, NUMBER),
        ({"const": 2.0}, WHOLE),
        ({"enum": ["a"]}, {"enum": ["a", "b"], "type": "string"}),
        ({"enum": ["a", 1]}, {"anyOf": [TEXT, WHOLE]}),
        ({"type": ["integer", "null"]}, {"anyOf": [NUMBER, NULL]}),
        ({"anyOf": [WHOLE, TEXT]}, {"type": ["string", "number"]}),
        ({"allOf": [{"$ref": "#/$defs/A"}], "description": "x", "$defs": {"A": WHOLE}}, NUMBER),
        (WHOLE, {"allOf": [NUMBER, {}], "title": "T"}),
        ({"type": "array", "items": WHOLE}, {"type": "array", "items": NUMBER}),
        ({"type": "array", "prefixItems": [WHOLE, TEXT], "minItems": 2, "maxItems": 2}, {"type": "array", "items": {}}),
        (
            {"type": "array", "prefixItems": [WHOLE, WHOLE], "minItems": 2, "maxItems": 2},
            {"type": "array", "items": NUMBER, "maxItems": 3},
        ),
        (model("A", a=WHOLE), {"type": "object"}),
        ({**model("A", a=WHOLE, b=TEXT), "additionalProperties": False}, model("B", a=NUMBER, b=TEXT)),
        ({"type": "object", "additionalProperties": WHOLE}, {"type": "object", "additionalProperties": NUMBER}),
        ({"type": "integer", "minimum": 3}, {"type": "number", "exclusiveMinimum": 2}),
        ({"type": "string", "minLength": 3, "maxLength": 4}, {"type": "string", "minLength": 2, "maxLength": 5}),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "acme.Frame"}, {"type": "acme.Frame"}),
        (TREE, DEEP),
    ],
)
def test_what_fits_always(there: Any, wanted: Any) -> None:
    assert compare(there, wanted).fits is True


@pytest.mark.parametrize(
    ("there", "wanted", "reason", "path"),
    [
        (TEXT, WHOLE, Reason.KIND, ()),
        (NUMBER, WHOLE, Reason.KIND, ()),
        (WHOLE, TEXT, Reason.KIND, ()),
        ({"type": "array", "items": TEXT}, WHOLE, Reason.KIND, ()),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE}, Reason.KIND, (None,)),
        ({"anyOf": [TEXT, NULL]}, TEXT, Reason.NULL, ()),
        ({"type": ["string", "null"]}, TEXT, Reason.NULL, ()),
        ({"enum": ["a", "c"]}, {"enum": ["a", "b"]}, Reason.VALUE, ()),
        ({"enum": [1, 2]}, {"enum": ["a", "b"]}, Reason.VALUE, ()),
        (WHOLE, {"enum": ["a", "b"]}, Reason.KIND, ()),
        (WHOLE, {"anyOf": [TEXT, NULL]}, Reason.KIND, ()),
        (model("A", a=WHOLE), model("B", a=WHOLE, b=TEXT), Reason.MISSING, ()),
        (model("A", a=TEXT), model("B", a=WHOLE), Reason.KIND, ("a",)),
        (model("A", a=TEXT), model("B", required=[], b=TEXT), Reason.KIND, ()),
        (model("A", a=TEXT, b=TEXT), {**model("B", a=TEXT), "additionalProperties": False}, Reason.EXTRA, ()),
        (model("A", a=TEXT), {"type": "object", "additionalProperties": WHOLE}, Reason.KIND, ("a",)),
        ({"type": "object", "additionalProperties": TEXT}, model("A", a=WHOLE), Reason.KIND, ("a",)),
        (
            {"type": "array", "prefixItems": [WHOLE, TEXT], "minItems": 2, "maxItems": 2},
            {"type": "array", "prefixItems": [WHOLE, WHOLE], "minItems": 2, "maxItems": 2},
            Reason.KIND,
            (1,),
        ),
        (
            {"type": "array", "prefixItems": [WHOLE] * 2, "minItems": 2, "maxItems": 2},
            {"type": "array", "prefixItems": [WHOLE] * 3, "minItems": 3, "maxItems": 3},
            Reason.LENGTH,
            (),
        ),
        ({"type": "integer", "maximum": 0}, {"type": "integer", "minimum": 1}, Reason.VALUE, ()),
        ({"type": "integer", "exclusiveMaximum": 1}, {"type": "number", "minimum": 1}, Reason.VALUE, ()),
        ({"type": "string", "maxLength": 2}, {"type": "string", "minLength": 3}, Reason.LENGTH, ()),
        (WHOLE, {"type": "acme.Frame"}, Reason.KIND, ()),
        ({"type": "acme.Frame"}, WHOLE, Reason.KIND, ()),
        (SKIP.schema, NULL, Reason.NULL, ()),
        (TREE, OTHER, Reason.KIND, ("value",)),
    ],
)
def test_what_certainly_does_not_fit(there: Any, wanted: Any, reason: Reason, path: tuple[Any, ...]) -> None:
    answer = compare(there, wanted)
    assert answer.fits is False
    assert answer.mismatch is not None
    assert (answer.mismatch.reason, answer.mismatch.path) == (reason, path)


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ({}, WHOLE),
        (True, WHOLE),
        (TEXT, {"enum": ["a"]}),
        (TEXT, {"type": "string", "pattern": "^a"}),
        (TEXT, {"type": "string", "format": "date"}),
        (NUMBER, {"type": "string", "format": "duration"}),
        ({"type": "boolean"}, WHOLE),
        ({"type": "boolean"}, {"const": True}),
        (WHOLE, {"type": "integer", "minimum": 0}),
        ({"type": "object"}, model("A", a=WHOLE)),
        (model("A", required=[], a=WHOLE), model("A", a=WHOLE)),
        (model("A", a=WHOLE), model("B", a=WHOLE, b={"type": "integer", "default": 1})),
        ({"type": "array"}, {"type": "array", "items": WHOLE}),
        ({"type": "array", "items": WHOLE}, {"type": "array", "prefixItems": [WHOLE], "minItems": 1, "maxItems": 1}),
        ({"type": "array", "items": WHOLE}, {"type": "array", "items": WHOLE, "uniqueItems": True}),
        ({"type": "acme.Frame"}, {"type": "acme.Series"}),
        ({"type": "object"}, {"type": "acme.Frame"}),
        (WHOLE, {"not": {"const": 1}}),
        (WHOLE, {"$ref": "#/$defs/Missing"}),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, WHOLE),
        (WHOLE, {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}),
        (WHOLE, {"oneOf": [WHOLE, NUMBER]}),
        ({"allOf": [WHOLE, {"minimum": 3}]}, {"type": "integer", "minimum": 5}),
    ],
)
def test_what_depends_on_the_value_or_is_not_known_is_left_open(there: Any, wanted: Any) -> None:
    assert compare(there, wanted).fits is None


def test_a_type_is_told_in_words() -> None:
    def words(schema: Any) -> str:
        return describe(Type(schema, schema.get("$defs", {})))

    assert words({"type": "array", "items": TEXT}) == "a list of texts"
    assert words({"anyOf": [model("Shape", a=TEXT), NULL]}) == "a Shape or null"
    assert words({"type": "array", "items": {"type": "array", "items": WHOLE}}) == "a list of (a list of whole numbers)"
    assert words({"type": "array", "prefixItems": [WHOLE, TEXT]}) == "(a whole number, a text)"
    assert words({"enum": ["a", "b"]}) == '"a" or "b"'
    assert words({"type": "acme.Frame"}) == "a Frame"
    assert words(TREE) == "a T"
    assert words({}) == "something"
    mismatch = compare(
        {"type": "array", "items": model("A", a=TEXT)}, {"type": "array", "items": model("B", a=WHOLE)}
    ).mismatch
    assert mismatch is not None
    assert explain(mismatch) == "at [].a, a text stands instead of a whole number"


SCALARS = [None, True, False, 0, 1, 2, 7, -3, 0.5, 2.0, "", "a", "b", "abc", "2020-01-01"]
NAMES = ["a", "b", "c"]
POOL: list[Any] = [*SCALARS, [], {}, *([each] for each in SCALARS), *({"a": each} for each in SCALARS)]
scalars = st.sampled_from(SCALARS)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
counts = st.integers(0, 3)


def _options(draw: st.DrawFn, **strategies: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Some of these keywords."""
    return {name: draw(strategy) for name, strategy in strategies.items() if draw(st.booleans())}


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["string", "integer", "number", "boolean", "null", "any", "enum", "const", "ref"]))
    if kind == "enum":
        return {"enum": draw(st.lists(scalars, min_size=1, max_size=3))}
    if kind == "const":
        return {"const": draw(scalars)}
    if kind == "ref":
        return {"$ref": f"#/$defs/{draw(st.sampled_from(['X', 'Y']))}"}
    numbers = st.integers(-3, 7)
    bounds = {"minimum": numbers, "maximum": numbers, "exclusiveMinimum": numbers, "exclusiveMaximum": numbers}
    extra: dict[str, Any] = {}
    if kind == "string":
        extra = _options(draw, minLength=counts, maxLength=counts, pattern=st.sampled_from(["^a", "b$"]))
    elif kind in {"integer", "number"}:
        extra = _options(draw, **bounds, multipleOf=st.sampled_from([1, 2, 0.5]))
    return {**({} if kind == "any" else {"type": kind}), **extra}


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        kind = draw(st.sampled_from(["anyOf", "oneOf", "allOf", "array", "object", "types", "beside"]))
        if kind in {"anyOf", "oneOf", "allOf"}:
            return {kind: draw(st.lists(inner, min_size=1, max_size=3))}
        if kind == "types":
            kinds = st.lists(
                st.sampled_from(["string", "integer", "null", "array"]), min_size=1, max_size=3, unique=True
            )
            return {"type": draw(kinds), **_options(draw, minLength=counts, items=inner)}
        if kind == "beside":
            return {**draw(leaves()), "anyOf": draw(st.lists(inner, min_size=1, max_size=2))}
        if kind == "array":
            prefix = st.lists(inner, min_size=1, max_size=2)
            items = inner | st.just(False) | st.just(True)
            size = {"minItems": counts, "maxItems": counts, "uniqueItems": st.booleans()}
            return {"type": "array", **_options(draw, items=items, prefixItems=prefix, **size)}
        fields = st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
        required = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
        others = inner | st.booleans()
        patterns = st.dictionaries(st.sampled_from(["^a", "c"]), inner, max_size=1)
        size = {"minProperties": counts, "maxProperties": counts}
        extra = _options(
            draw, properties=fields, required=required, additionalProperties=others, patternProperties=patterns, **size
        )
        return {"type": "object", **extra}

    return build()


schemas = st.recursive(leaves(), compound, max_leaves=5)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A schema with definitions, which may refer to themselves inside of lists and mappings."""
    recursive = {"type": "object", "properties": {"a": {"$ref": "#/$defs/X"}, "b": draw(leaves())}}
    return {**draw(schemas), "$defs": {"X": recursive, "Y": {"type": "array", "items": draw(schemas)}}}


POOL_SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def _related(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with a change, so that pairs that fit are not rare."""
    changed = dict(schema)
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from([key for key in changed if key != "$defs"] or ["type"]))
        if draw(st.booleans()):
            changed.pop(name, None)
        elif changed.get("type") == "integer":
            changed["type"] = "number"
        else:
            changed = {"anyOf": [changed, draw(leaves())], "$defs": changed["$defs"]}
    return changed


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    first = draw(documents())
    return first, _related(draw, first) if draw(st.booleans()) else draw(documents())


@given(pairs(), st.lists(values, max_size=40))
@POOL_SETTINGS
def test_a_value_of_a_type_that_fits_is_valid_where_it_goes(
    pair: tuple[dict[str, Any], dict[str, Any]], pool: list[Any]
) -> None:
    there, wanted = pair
    try:
        producer, consumer = (jsonschema_rs.Draft202012Validator(each) for each in pair)
    except ValueError:  # a circle of references without anything between
        return
    if compare(there, wanted).fits:
        for value in [*POOL, *pool]:
            assert not producer.is_valid(value) or consumer.is_valid(value), value


@given(documents())
@POOL_SETTINGS
def test_a_type_fits_where_it_is_wanted_itself(schema: dict[str, Any]) -> None:
    try:
        validator = jsonschema_rs.Draft202012Validator(schema)
    except ValueError:
        return
    text = json.dumps(schema)
    contradictory = '"allOf"' in text or re.search(r'"(type|enum|const|m\w+)": [^{}]*"anyOf"', text)
    if not contradictory and any(map(validator.is_valid, POOL)):
        assert compare(schema, copy.deepcopy(schema)).fits is not False


KEYWORDS = [
    *("$ref", "$defs", "type", "anyOf", "oneOf", "allOf", "enum", "const", "items", "prefixItems", "properties"),
    *("required", "additionalProperties", "patternProperties", "minItems", "maxItems", "minimum", "title", "format"),
]
nonsense = st.dictionaries(
    st.sampled_from(KEYWORDS), values | st.sampled_from(["string", "array", "#/$defs/a"]), max_size=4
)


@given(nonsense | documents(), nonsense | documents())
@POOL_SETTINGS
def test_any_two_documents_can_be_compared(there: Any, wanted: Any) -> None:
    answer = compare(there, wanted)
    assert answer.fits in {True, False, None}
    if answer.mismatch is not None:
        describe(answer.mismatch.given)
        explain(answer.mismatch)
