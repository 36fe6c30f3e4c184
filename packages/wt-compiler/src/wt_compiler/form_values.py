"""What a form lets in and the workflow refuses: the difference between `rjsf.json` and `params.json`.

Without overrides they say the same. An override can widen the form, and then a person fills in what does not run. So it
is where a schema contradicts itself: a condition adds a field to an object that has no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from wt_contracts.refusals import show

from wt_compiler.definitions import PREFIX, Schema
from wt_compiler.schemas import GROUP_MARKER

_EXAMPLES: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 0.5,
    "boolean": True,
    "array": [],
    "object": {},
    "null": None,
}


def refused_values(rjsf: Schema, params: Schema) -> dict[str, str]:
    """Find what the form offers and the parameters do not accept.

    Looked at are the fields of each instance, those under a condition and those inside of lists and models too, and the
    values that a field names: its default, examples, choices, limits and type.

    Args:
        rjsf: The content of `rjsf.json`, with the overrides that are of interest.
        params: The content of `params.json`.

    Returns:
        What is wrong, by `instance.parameter`, and what leads on from there; empty if nothing is.
    """
    comparison = _Comparison(rjsf, params)
    found: dict[str, str] = {}
    for name, form in _instances(rjsf):
        known = params["properties"].get(name)
        if isinstance(form, dict) and known is not None and not comparison.agree(form, known):
            found.update(comparison.fields(name, form, known))
    return found


def has_conditions(document: Schema) -> bool:
    """Whether a condition anywhere in a document may add fields."""
    written = msgspec.json.encode(document)
    return any(key in written for key in (b'"then":', b'"else":', b'"dependentSchemas":'))


def _instances(rjsf: Schema) -> Iterator[tuple[str, Any]]:
    for name, schema in rjsf["properties"].items():
        if isinstance(schema, dict) and schema.get(GROUP_MARKER):
            yield from schema.get("properties", {}).items()
        else:
            yield name, schema


class _Comparison:
    """Walks through what a form shows and what the parameters accept, side by side."""

    def __init__(self, rjsf: Schema, params: Schema) -> None:
        self._rjsf = rjsf
        self._params = params
        self._same = rjsf["$defs"] == params["$defs"] and not has_conditions(rjsf)
        self._seen: set[tuple[int, int]] = set()

    def agree(self, form: Any, known: Any) -> bool:
        """Whether there is nothing to find: they are the same, and no condition adds to them."""
        return self._same and bool(form == known)

    def fields(self, place: str, form: Schema, known: Schema) -> Iterator[tuple[str, str]]:
        """What differs in the fields of an object."""
        fields, accepted = form.get("properties", {}), known.get("properties", {})
        for missing in known.get("required", []):
            if missing not in form.get("required", []) or missing not in fields:
                yield f"{place}.{missing}", "can be left out of the form, and the workflow requires it"
        for name, schema in {**dict(_conditional(form)), **fields}.items():
            if name in accepted:
                yield from self._value(f"{place}.{name}", schema, accepted[name])
            elif known.get("additionalProperties") is False:
                yield f"{place}.{name}", "is a field of the form, and the workflow knows none of that name"

    def _value(self, place: str, schema: Any, accepted: Any) -> Iterator[tuple[str, str]]:
        if self.agree(schema, accepted):
            return
        if refused := self._refused(schema, accepted):
            yield place, f"can be {refused[0]} in the form, and the workflow refuses that"
        else:
            yield from self._inside(place, schema, accepted)

    def _inside(self, place: str, schema: Any, accepted: Any) -> Iterator[tuple[str, str]]:
        form, known = _resolved(schema, self._rjsf), _resolved(accepted, self._params)
        if form is None or known is None or (id(form), id(known)) in self._seen:
            return
        self._seen.add((id(form), id(known)))
        if "properties" in known:
            yield from self.fields(place, form, known)
        for key, inner in (("items", f"{place}[]"), ("additionalProperties", f"{place}.*")):
            if isinstance(form.get(key), dict) and isinstance(known.get(key), dict):
                yield from self._value(inner, form[key], known[key])
        for index, pair in enumerate(_pairs("prefixItems", form, known)):
            yield from self._value(f"{place}[{index}]", *pair)
        for pair in (*_pairs("anyOf", form, known), *_pairs("oneOf", form, known)):
            yield from self._inside(place, *pair)

    def _refused(self, schema: Any, accepted: Any) -> list[str]:
        import jsonschema_rs

        check = jsonschema_rs.validator_for({"$defs": self._params["$defs"], "allOf": [accepted]})
        before = list(_offered(accepted, self._params, 0))
        offered = [value for value in _offered(schema, self._rjsf, 0) if value not in before]
        return [show(value) for value in offered if not check.is_valid(value)]


def _conditional(form: Schema) -> Iterator[tuple[str, Any]]:
    """The fields that a form shows under a condition."""
    parts = [form.get("then"), form.get("else"), *form.get("dependentSchemas", {}).values()]
    for key in ("allOf", "anyOf", "oneOf"):
        parts += form.get(key, [])
    for part in parts:
        if isinstance(part, dict):
            yield from _conditional(part)
            yield from part.get("properties", {}).items()


def _resolved(schema: Any, document: Schema) -> Schema | None:
    for _ in range(len(document["$defs"]) + 1):  # references may lead round in a circle
        if not isinstance(schema, dict):
            return None
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        schema = document["$defs"].get(reference.removeprefix(PREFIX))
    return None


def _pairs(key: str, form: Schema, known: Schema) -> list[tuple[Any, Any]]:
    """What stands at the same place of two lists, if they are as long."""
    shown, accepted = form.get(key), known.get(key)
    if not isinstance(shown, list) or not isinstance(accepted, list) or len(shown) != len(accepted):
        return []
    return list(zip(shown, accepted, strict=True))


def _offered(schema: Any, document: Schema, depth: int) -> Iterator[Any]:
    """The values that a field names, as far as one can see without filling it in."""
    if not isinstance(schema, dict) or depth > 8:
        return
    named = [schema[key] for key in ("default", "const") if key in schema]
    for key in ("enum", "examples"):
        named += schema[key] if isinstance(schema.get(key), list) else []
    yield from named
    if "enum" not in schema and "const" not in schema:
        limits = [schema[key] for key in ("minimum", "maximum") if key in schema]
        yield from limits
        if not limits:
            yield from _of_type(schema)
    for key in ("anyOf", "oneOf"):
        for branch in schema[key] if isinstance(schema.get(key), list) else []:
            yield from _offered(branch, document, depth + 1)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith(PREFIX):
        yield from _offered(document["$defs"].get(reference.removeprefix(PREFIX)), document, depth + 1)


def _of_type(schema: Schema) -> Iterator[Any]:
    """An example of the type, if any value of that type will do."""
    free = not schema.keys() & {"format", "pattern", "minLength", "minItems", "minProperties", "required", "multipleOf"}
    types = schema.get("type")
    for name in [types] if isinstance(types, str) else types if isinstance(types, list) else []:
        if free and name in _EXAMPLES and not schema.keys() & {"exclusiveMinimum", "exclusiveMaximum", "maxLength"}:
            yield _EXAMPLES[name]
