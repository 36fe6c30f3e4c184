"""The form of a workflow as React JSON Schema Form 6 can show it.

`rjsf.json` is what pydantic writes, in the published shape. Some of it has no input in that library: an optional value
is a drop-down without a field, a tuple and a value of any type are an error message. Here, and nowhere else, such
places are rewritten. Whatever the form accepted before can still be filled in, and nothing else. The dialect of the
result is JSON Schema draft 7, which is what the library's validator knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from wt_contracts.discriminators import hide_discriminators

Schema: TypeAlias = dict[str, Any]

_REFERENCE = "#/$defs/"
_NULL = {"type": ["null"], "title": "None"}
"""A list of one: of a plain `null` the library makes no field, and so no value once it is chosen."""

_DURATION_HINT = "Such as PT1H30M, an hour and a half, or P2D, two days."
_PLAIN = frozenset({"string", "number", "integer", "boolean"})
_STRUCTURE = frozenset(
    {"$ref", "type", "enum", "const", "anyOf", "oneOf", "allOf", "not", "if", "properties", "items", "format"}
)
_ANNOTATIONS = frozenset({"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"})
_TYPES = {
    "string": "Text",
    "number": "Number",
    "integer": "Whole number",
    "boolean": "Yes or no",
    "array": "List",
    "object": "Names and values",
    "null": "None",
}
_FORMATS = {"date": "Date", "date-time": "Date and time", "time": "Time", "duration": "Duration"}


class Renderable(NamedTuple):
    """A form in the shape that the library renders.

    Attributes:
        schema: The JSON Schema, draft 7.
        ui_schema: The library's `uiSchema`.
    """

    schema: Schema
    ui_schema: Schema


def renderable(rjsf: Schema) -> Renderable:
    """Rewrite a form so that every part of it can be filled in.

    Args:
        rjsf: The content of `rjsf.json`, or any JSON Schema that pydantic wrote. Not changed.

    Returns:
        The schema and the `uiSchema`, which share what did not have to change with the argument.
    """
    body = {key: value for key, value in rjsf.items() if key != "uiSchema"}
    writer = _Writer(body.get("$defs", {}))
    schema = writer.document(body)
    ui_schema = hide_discriminators(schema, _open_order(rjsf.get("uiSchema", {})))
    return Renderable({"type": "object", **schema}, ui_schema)


def _open_order(node: Any) -> Any:
    """The library refuses an order that misses a property, such as one that an override added."""
    if not isinstance(node, dict):
        return node
    opened = {key: _open_order(value) for key, value in node.items()}
    order = opened.get("ui:order")
    if isinstance(order, list) and "*" not in order:
        opened["ui:order"] = [*order, "*"]
    return opened


class _Writer:
    """Rewrites the schemas of one document."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self._any = self._free_name("Any value")
        self._uses_any = False

    def document(self, body: Schema) -> Schema:
        schema = self._whole(body)
        if self._uses_any:
            schema["$defs"] = {**schema.get("$defs", {}), self._any: self._anything()}
        return schema

    def _free_name(self, name: str) -> str:
        while name in self._definitions:
            name += "_"
        return name

    def _value(self, schema: Any, *, required: bool = True) -> Any:
        """A schema that stands for a value of its own, and so must have a field."""
        if schema is True or (isinstance(schema, dict) and not _STRUCTURE & schema.keys()):
            if isinstance(schema, dict) and ("prefixItems" in schema or "additionalProperties" in schema):
                return self._whole(schema)
            return self._reference_to_any({} if schema is True else schema, required)
        if not isinstance(schema, dict):
            return schema
        rewritten = self._optional(self._whole(_spread_types(schema)), required)
        if rewritten.get("default") is not None:
            rewritten["default"] = self._shown(rewritten["default"], schema)
        if rewritten.get("format") == "data-url" and rewritten.get("default") == "":
            del rewritten["default"]  # it is no URL, and there would be no way to say that no file is chosen
        if rewritten.get("format") == "duration" and "enum" not in rewritten:
            rewritten.setdefault("description", _DURATION_HINT)
        return rewritten

    def _shown(self, value: Any, schema: Any) -> Any:
        """A default without the nulls inside of it whose fields are left empty instead."""
        branches = list(self._branches(schema))
        fitting = branches if len(branches) == 1 else [branch for branch in branches if self._fits(value, branch)]
        found = fitting[0] if fitting else {}
        if isinstance(value, list):
            first = found.get("prefixItems", [])
            rest = [found.get("items")] * (len(value) - len(first))
            return [self._shown(item, child) for item, child in zip(value, [*first, *rest], strict=False)]
        if not isinstance(value, dict):
            return value
        properties, others = found.get("properties", {}), found.get("additionalProperties")
        required = found.get("required", ())
        return {
            name: self._shown(item, properties.get(name, others))
            for name, item in value.items()
            if item is not None or not self._is_left_empty(properties.get(name), name in required)
        }

    def _branches(self, schema: Any, seen: frozenset[int] = frozenset()) -> Iterator[Schema]:
        """The schema behind references, or those that it is one of, however deep."""
        resolved = self._resolved(schema)
        if resolved is None or id(resolved) in seen:
            return
        union = next((resolved[key] for key in ("anyOf", "oneOf") if isinstance(resolved.get(key), list)), None)
        if union is None:
            yield resolved
            return
        for branch in union:
            yield from self._branches(branch, seen | {id(resolved)})

    def _fits(self, value: Any, branch: Schema) -> bool:
        """Whether a default is one of this branch, as far as the names in it tell."""
        if not isinstance(value, dict):
            return isinstance(value, list) and branch.get("type") == "array"
        if branch.get("type") != "object":
            return False
        properties = branch.get("properties", {})
        fields = {name: self._resolved(field) or {} for name, field in properties.items()}
        if any(value.get(name, field["const"]) != field["const"] for name, field in fields.items() if "const" in field):
            return False
        known = branch.get("additionalProperties", False) is not False or value.keys() <= properties.keys()
        return known and value.keys() >= set(branch.get("required", ()))

    def _is_left_empty(self, schema: Any, required: bool) -> bool:
        """Whether a field stands for null when it is empty."""
        choices = ("anyOf", "oneOf")
        if not isinstance(schema, dict) or not any(isinstance(schema.get(key), list) for key in choices):
            return False
        return not any(key in self._value(schema, required=required) for key in choices)

    def _whole(self, schema: Schema) -> Schema:
        """A schema with everything below it rewritten, and its own keywords."""
        result = {key: self._keyword(key, value, schema) for key, value in schema.items()}
        if "prefixItems" in result:
            _fix_items(result)
        if result.get("type") == "object":
            self._open_object(result)
        if "const" in result:
            result.setdefault("default", result["const"])
            result["readOnly"] = True
        _merge_dependencies(result)
        return result

    def _keyword(self, key: str, value: Any, schema: Schema) -> Any:
        if key == "properties" and isinstance(value, dict):
            required = schema.get("required", ())
            fields = {name: self._value(child, required=name in required) for name, child in value.items()}
            return {name: self._labelled(name, field) for name, field in fields.items()}
        if key in ("$defs", "definitions") and isinstance(value, dict):
            return {name: self._value(child) for name, child in value.items()}
        if key in ("items", "additionalProperties", "additionalItems") and isinstance(value, dict):
            return self._value(value)
        if key in ("prefixItems", "anyOf", "oneOf") and isinstance(value, list) and not _are_choices(value):
            return [self._value(child) for child in value]
        return value  # conditions, and what is added under them, refine a value that has a field already

    def _labelled(self, name: str, field: Any) -> Any:
        """A field under its own name, as pydantic titles what is no model: two of one model would have one title."""
        if not isinstance(field, dict) or "title" in field or not (name.isidentifier() and name.islower()):
            return field
        title = (self._resolved(field) or {}).get("title")
        model = str(field.get("$ref", "")).removeprefix(_REFERENCE).partition("__")[0]
        return field if title not in (None, model) else {**field, "title": name.replace("_", " ").strip().title()}

    def _optional(self, schema: Schema, required: bool) -> Schema:
        key = next((key for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list)), None)
        if key is None:
            return schema
        if _are_choices(schema[key]):
            return {"type": _type_of(schema[key][0]["const"]), **_titled(schema, schema[key])}
        branches = [branch for branch in schema[key] if not _is_null(branch)]
        nullable = len(branches) < len(schema[key])
        outside = {name: value for name, value in schema.items() if name != key}
        single = nullable and len(branches) == 1 and not required and outside.get("default") is None
        if single and (plain := self._plain(branches[0])) is not None:
            outside.pop("default", None)
            return {**plain, **outside}
        named = [self._named(branch) for branch in branches]
        return {**outside, key: [*named, _NULL] if nullable else named}

    def _plain(self, branch: Any) -> Schema | None:
        """The branch, if it is one field that can be left empty; None if it is more than that."""
        resolved = self._resolved(branch)
        if resolved is None or not ("enum" in resolved or "const" in resolved or resolved.get("type") in _PLAIN):
            return None
        if "const" in branch:  # as a list of one it can be left out
            return {k: v for k, v in branch.items() if k not in ("const", "readOnly", "default")} | {
                "enum": [branch["const"]]
            }
        return dict(branch)

    def _resolved(self, branch: Any) -> Schema | None:
        seen: set[str] = set()
        while isinstance(branch, dict) and isinstance(branch.get("$ref"), str):
            name = branch["$ref"].removeprefix(_REFERENCE)
            if name in seen or name not in self._definitions:
                return None
            seen.add(name)
            branch = self._definitions[name]
        return branch if isinstance(branch, dict) else None

    def _named(self, branch: Any) -> Any:
        """A branch with a title, by which it is chosen."""
        resolved = self._resolved(branch)
        if not isinstance(branch, dict) or resolved is None or "title" in branch or "title" in resolved:
            return branch
        if "$ref" in branch:
            return {**branch, "title": branch["$ref"].removeprefix(_REFERENCE)}
        if "const" in branch:
            return {**branch, "title": str(branch["const"])}
        title = _FORMATS.get(branch.get("format", ""), _TYPES.get(str(branch.get("type")), ""))
        return {**branch, "title": title} if title else branch

    def _open_object(self, schema: Schema) -> None:
        """Let names and values be added where the type says no more than that it holds some."""
        bare = not {"properties", "anyOf", "oneOf", "allOf", "if", "patternProperties"} & schema.keys()
        if schema.get("additionalProperties", True if bare else None) is True:
            schema["additionalProperties"] = self._reference_to_any({}, required=True)

    def _reference_to_any(self, schema: Schema, required: bool) -> Schema:
        self._uses_any = True
        kept = {key: value for key, value in schema.items() if key != "default" or value is not None or required}
        return {**kept, "$ref": f"{_REFERENCE}{self._any}"}

    def _anything(self) -> Schema:
        again = {"$ref": f"{_REFERENCE}{self._any}"}
        shapes: list[Schema] = [{"type": name} for name in ("string", "number", "boolean")]
        shapes += [{"type": "array", "items": again}, {"type": "object", "additionalProperties": again}]
        return {"title": "Value", "anyOf": [*map(self._named, shapes), _NULL]}


def _are_choices(branches: list[Any]) -> bool:
    """Whether these are values with titles, which the library shows as a list to choose from."""
    return bool(branches) and all(isinstance(branch, dict) and "const" in branch for branch in branches)


def _titled(schema: Schema, choices: list[Schema]) -> Schema:
    """A schema without the enumeration whose values have titles beside it: the library would show that without them."""
    values = schema.get("enum")
    told = isinstance(values, list) and all(choice["const"] in values for choice in choices)
    return {name: value for name, value in schema.items() if name != "enum" or not told}


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "string")


def _is_null(branch: Any) -> bool:
    return isinstance(branch, dict) and (branch.get("type") == "null" or branch.get("const", ...) is None)


def _spread_types(schema: Schema) -> Schema:
    """`{"type": [a, b]}` as `anyOf`, which is what pydantic writes."""
    types = schema.get("type")
    if not isinstance(types, list):
        return schema
    if "enum" in schema:  # the values say it all
        return {key: value for key, value in schema.items() if key != "type"}
    outside = {key: value for key, value in schema.items() if key in _ANNOTATIONS}
    inside = {key: value for key, value in schema.items() if key not in _ANNOTATIONS and key != "type"}
    return {**outside, "anyOf": [{"type": name} if name == "null" else {"type": name, **inside} for name in types]}


def _fix_items(schema: Schema) -> None:
    """The items of a tuple, as draft 7 writes them.

    The type is a list of one: the library empties whatever is a plain array with items of its own each, when a
    condition shows or hides a field somewhere else in the form.
    """
    more = schema.pop("items", schema.get("maxItems") != len(schema["prefixItems"]))
    schema["items"] = schema.pop("prefixItems")
    schema["additionalItems"] = more
    schema["type"] = ["array"]


def _merge_dependencies(schema: Schema) -> None:
    """What depends on a property, as draft 7 writes it."""
    wanted = schema.pop("dependentRequired", {})
    shapes = schema.pop("dependentSchemas", {})
    if not wanted and not shapes:
        return
    merged = dict(schema.get("dependencies", {}))
    for name in {**wanted, **shapes}:
        parts = [{"required": wanted[name]}] if name in wanted else []
        parts += [shapes[name]] if name in shapes else []
        merged[name] = parts[0] if len(parts) == 1 else {"allOf": parts}
    schema["dependencies"] = merged
