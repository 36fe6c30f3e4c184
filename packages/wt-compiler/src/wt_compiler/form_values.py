"""What a form lets in and the workflow refuses: the difference between `rjsf.json` and `params.json`.

Without overrides they say the same. An override can widen the form, and then a person fills in what does not run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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

    Looked at are the fields of each instance, and the values that a field names: its default, examples, choices, limits
    and type.

    Args:
        rjsf: The content of `rjsf.json`, with the overrides that are of interest.
        params: The content of `params.json`.

    Returns:
        What is wrong, by `instance.parameter`; empty if nothing is.
    """
    same = rjsf["$defs"] == params["$defs"]
    found: dict[str, str] = {}
    for name, form in _instances(rjsf):
        known = params["properties"].get(name)
        if isinstance(form, dict) and known is not None and not (same and form == known):
            found.update(_compare(name, form, known, rjsf, params))
    return found


def _instances(rjsf: Schema) -> Iterator[tuple[str, Any]]:
    for name, schema in rjsf["properties"].items():
        if isinstance(schema, dict) and schema.get(GROUP_MARKER):
            yield from schema.get("properties", {}).items()
        else:
            yield name, schema


def _compare(name: str, form: Schema, known: Schema, rjsf: Schema, params: Schema) -> Iterator[tuple[str, str]]:
    fields = form.get("properties", {})
    for missing in known.get("required", []):
        if missing not in form.get("required", []) or missing not in fields:
            yield f"{name}.{missing}", "can be left out of the form, and the workflow requires it"
    for parameter, schema in fields.items():
        accepted = known["properties"].get(parameter)
        if accepted is None:
            if known.get("additionalProperties") is False:
                yield f"{name}.{parameter}", "is a field of the form, and no parameter of the task"
        elif schema != accepted or rjsf["$defs"] != params["$defs"]:
            refused = _refused(schema, accepted, rjsf, params)
            if refused:
                yield f"{name}.{parameter}", f"can be {refused[0]} in the form, and the workflow refuses that"


def _refused(schema: Any, accepted: Any, rjsf: Schema, params: Schema) -> list[str]:
    import jsonschema_rs

    check = jsonschema_rs.validator_for({"$defs": params["$defs"], "allOf": [accepted]})
    before = list(_offered(accepted, params, 0))
    return [show(value) for value in _offered(schema, rjsf, 0) if value not in before and not check.is_valid(value)]


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
