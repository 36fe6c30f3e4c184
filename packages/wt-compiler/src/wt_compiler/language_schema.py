"""A JSON Schema of specs that knows the discovered tasks, so that editors complete and check while one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from wt_contracts.registry import RegistryEntry, RegistryOutput

from wt_compiler.catalogue import Catalogue, dotted_path
from wt_compiler.definitions import Definitions, Schema, TaskDefinitions, renamed
from wt_compiler.execution import EXECUTORS
from wt_compiler.identifiers import LONGEST_INSTANCE_ID, LONGEST_SPEC_ID
from wt_compiler.parameters import JSON_TYPES
from wt_compiler.parse_execution import USE_EXECUTION_KEYS
from wt_compiler.schemas import SHARED_KEY

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""What the YAML language servers in use know; what newer drafts add is left out or written in its words."""

EXPRESSION: Final = "expression"
_EXPRESSION: Final = {"$ref": f"#/$defs/{EXPRESSION}"}
_ANNOTATIONS: Final = ("title", "description", "default", "examples", "deprecated")
_TEXT: Final = {"type": "string"}
_FREE: Final = {"type": "object"}
_MEMBERS: Final = [{"$ref": "#/$defs/instance"}, {"$ref": "#/$defs/sub-workflow"}]
_NAMES: Final = {"type": "array", "items": _TEXT}


def language_schema(registry: RegistryOutput, used: Mapping[str, RegistryEntry] | None = None) -> Schema:
    """The schema of a spec.yaml in an environment.

    Args:
        registry: What the task libraries of the environment offer.
        used: What other specs take that it uses, by path.
    """
    catalogue = Catalogue(registry)
    definitions = Definitions()
    tasks = {name: entry for entry in _entries(registry) for name in _names(entry, catalogue)}
    rules = [_rule("task", "partial", name, entry, definitions) for name, entry in tasks.items()]
    bindings = [_rule("uses", "with", path, entry, definitions) for path, entry in (used or {}).items()]
    return {
        "$schema": _DIALECT,
        "title": "A wt spec",
        **_root(),
        "$defs": {
            **{name: _portable(schema) for name, schema in definitions.schemas.items()},
            EXPRESSION: {
                "type": "string",
                "pattern": r"\$\{\{",
                "description": "${{ … }}: read when the workflow runs",
            },
            "instance": {**_instance(tasks), "allOf": rules},
            "sub-workflow": {**_sub_workflow(), **({"allOf": bindings} if bindings else {})},
            "group": _group(),
            "switch": _switch(),
        },
    }


def _entries(registry: RegistryOutput) -> list[RegistryEntry]:
    return [registry.entries[key] for key in sorted(registry.entries)]


def _names(entry: RegistryEntry, catalogue: Catalogue) -> list[str]:
    """How a spec can write a task: its dotted path, and its own name if no other task has it."""
    short = [entry.function_name] if catalogue.is_unambiguous(entry.function_name) else []
    return [*short, dotted_path(entry)]


def _object(properties: dict[str, Any], required: list[str] | None = None) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": required} if required else found


def _root() -> Schema:
    defaults = _object({"skipif": _skipif()})
    overrides = _object(dict.fromkeys(("properties", "$defs", "uiSchema"), _FREE))
    item = {"anyOf": [*_MEMBERS, {"$ref": "#/$defs/group"}, {"$ref": "#/$defs/switch"}]}
    return _object(
        {
            "id": {**_TEXT, "maxLength": LONGEST_SPEC_ID, "description": "Names the workflow; an identifier."},
            "requirements": {"type": "array", "description": "What the environment must hold."},
            "metadata": {**_FREE, "description": "Name, description, licence and whatever else is worth saying."},
            "params": {"type": "object", "additionalProperties": _parameter()},
            "rjsf-overrides": overrides,
            "task-instance-defaults": defaults,
            "workflow": {"type": "array", "items": item},
            "outputs": {"type": "object", "description": "What the workflow returns, by name."},
        },
        ["id", "requirements", "workflow"],
    )


def _instance(tasks: dict[str, RegistryEntry]) -> Schema:
    names = [{"const": name, "description": _described(entry)} for name, entry in tasks.items()]
    task = {"oneOf": names} if names else _TEXT
    partial = {"type": ["object", "null"], "description": "Arguments that the spec binds."}
    own = {"task": task, "partial": partial, "approval": _approval()}
    return _object({**_entry(), **own, **_execution()}, ["id", "task"])


def _sub_workflow() -> Schema:
    path = {**_TEXT, "description": "Another spec, by its path from the directory of this one."}
    bound = {"type": ["object", "null"], "description": "What its parameters are bound to."}
    execution = {key: value for key, value in _execution().items() if key in USE_EXECUTION_KEYS}
    return _object({**_entry(), "uses": path, "with": bound, **execution}, ["id", "uses"])


def _entry() -> Schema:
    """What a task instance and a sub-workflow have in common."""
    mapping = _object({"argnames": {"anyOf": [_TEXT, _NAMES]}, "argvalues": {}}, ["argnames", "argvalues"])
    return {
        "id": {**_TEXT, "maxLength": LONGEST_INSTANCE_ID},
        "name": {"type": ["string", "null"], "description": "The title of its part of the form."},
        "when": {"anyOf": [_EXPRESSION, {"type": "null"}], "description": "It is skipped unless this holds."},
        "loop": _loop(),
        "map": {**mapping, "description": "Calls it once an element."},
        "mapvalues": {**mapping, "description": "Calls it once a pair of a key and a value."},
        "skipif": _skipif(),
        "checkpoint": _checkpoint(),
    }


def _loop() -> Schema:
    count = {"type": "integer", "minimum": 1}
    fields = {
        "start": {"description": "What 'loop.last' is in the first round."},
        "times": {"anyOf": [count, _EXPRESSION], "description": "How many rounds there are."},
        "until": {**_EXPRESSION, "description": "Ends the loop after a round, if it holds."},
        "max": {**count, "description": "After how many rounds a loop with 'until' fails."},
    }
    ends = {"oneOf": [{"required": ["times"]}, {"required": ["until", "max"]}]}
    return {"anyOf": [{**_object(fields), **ends}, {"type": "null"}], "description": "Calls the task again and again."}


def _parameter() -> Schema:
    """Something that a person fills in, as `wt_compiler.parse_params` reads it."""
    return _object(
        {
            "type": {"anyOf": [{"enum": sorted(JSON_TYPES)}, {"type": "array", "items": {"enum": sorted(JSON_TYPES)}}]},
            "title": _TEXT,
            "description": _TEXT,
            "default": {},
            "enum": {"type": "array"},
            "schema": _FREE,
        }
    )


def _approval() -> Schema:
    form = {"type": ["object", "null"], "additionalProperties": _parameter()}
    described = "What a person is asked before it runs."
    return {"anyOf": [_object({"reason": _TEXT, "form": form}, ["reason"]), {"type": "null"}], "description": described}


def _checkpoint() -> Schema:
    when = {"anyOf": [_EXPRESSION, {"type": "null"}], "description": "It is kept if this holds."}
    fields = _object({"name": {**_TEXT, "maxLength": 64}, "when": when}, ["name"])
    return {"anyOf": [fields, {"type": "null"}], "description": "A later run can begin behind it."}


def _skipif() -> Schema:
    fields = {"conditions": _NAMES, "unpack_depth": {"type": "integer", "minimum": 0}}
    return {"anyOf": [_object(fields), {"type": "null"}]}


def _execution() -> Schema:
    """How an instance is run, as `wt_compiler.parse_execution` reads it."""
    duration = {"type": ["number", "string", "null"]}
    retry = _object(
        {
            "attempts": {"type": "integer", "minimum": 1, "maximum": 1000},
            "wait": duration,
            "backoff": {"type": "number", "minimum": 1},
            "jitter": {"type": "boolean"},
            "longest": duration,
            "on": {"anyOf": [_TEXT, _NAMES]},
        }
    )
    amount = {"type": "number", "exclusiveMinimum": 0}
    arguments = {"type": ["object", "null"]}
    resources = _object(
        {
            "executor": {"enum": [*EXECUTORS]},
            "cpu": amount,
            "memory": {"type": ["integer", "string"]},
            "gpu": {"type": "integer", "minimum": 1},
        }
    )
    return {
        "retry": {
            "anyOf": [{"type": ["integer", "null"], "minimum": 1}, retry],
            "description": "When a failed call is tried again.",
        },
        "timeout": {**duration, "description": "How long a call may take: seconds, or a duration such as '5 m'."},
        "resources": {"anyOf": [resources, {"type": "null"}], "description": "Where a call runs, and with how much."},
        "cache": {"type": ["boolean", "null"], "description": "Whether a call that was made before is not made again."},
        "on-error": {
            "anyOf": [
                {"enum": ["skip", None]},
                _object({"task": _TEXT, "partial": arguments}, ["task"]),
            ],
            "description": "What becomes of a call that fails for good: it is skipped, or a task stands in.",
        },
    }


def _group() -> Schema:
    tasks = {"type": "array", "items": {"anyOf": _MEMBERS}}
    fields = {"type": {"const": "task-group"}, "title": _TEXT, "description": _TEXT, "tasks": tasks}
    return _object(fields, [*fields])


def _switch() -> Schema:
    """A choice between branches."""
    tasks = {"type": "array", "items": {"anyOf": _MEMBERS}}
    branch = {"tasks": tasks, "result": {"description": "What the switch gives then; else what the last task does."}}
    case = {
        "name": {**_TEXT, "description": "What the branch is called."},
        "when": {**_EXPRESSION, "description": "The branch is taken if this holds."},
        "is": {"description": "The branch is taken if 'on' is this, or one of these."},
    }
    return _object(
        {
            "type": {"const": "switch"},
            "id": {**_TEXT, "maxLength": LONGEST_INSTANCE_ID},
            "name": {"type": ["string", "null"]},
            "on": {"anyOf": [_EXPRESSION, {"type": "null"}], "description": "The value that decides."},
            "cases": {"type": "array", "minItems": 1, "items": _object({**case, **branch}, ["tasks"])},
            "default": {**_object(branch, ["tasks"]), "description": "Taken if no case is."},
        },
        ["type", "id", "cases"],
    )


def _rule(key: str, arguments_key: str, name: str, entry: RegistryEntry, definitions: Definitions) -> Schema:
    """What `partial` or `with` can hold, if the task or the spec is this one."""
    source = entry.json_schema
    properties: dict[str, Any] = source.get("properties") or {}
    task = TaskDefinitions(source.get("$defs", {}))
    try:
        names = definitions.adopt(task, task.reachable({"properties": properties}))
    except LookupError:  # a schema that points to nothing says nothing
        properties, names = {}, {}
    arguments = {key: _portable(renamed(schema, names)) for key, schema in properties.items() if key != "return"}
    arguments.update({name: {} for name in entry.hidden_parameters or ()})
    complete = entry.hidden_parameters is not None and source.get("additionalProperties") is False
    if key == "uses":
        arguments = _places(arguments, closed=complete)
    partial: Schema = {"type": ["object", "null"], "properties": arguments}
    if complete and source.get("type") != "array":
        partial["additionalProperties"] = False
    return {
        "if": {"properties": {key: {"const": name}}, "required": [key]},
        "then": {"properties": {arguments_key: partial}},
    }


def _places(arguments: dict[str, Any], *, closed: bool) -> dict[str, Any]:
    """The ways to write arguments in `with`, as `wt_compiler.parse_with` reads them.

    `params.name` may be `name`, and `instance.parameter` a mapping below the instance.
    """
    found, below = dict(arguments), dict[str, dict[str, Any]]()
    for place, schema in arguments.items():
        head, _, rest = place.partition(".")
        if head == SHARED_KEY:
            found[rest] = schema
        if rest:
            below.setdefault(head, {})[rest] = schema
    for head, inner in below.items():
        mapping: Schema = {"type": "object", "properties": _places(inner, closed=closed)}
        found.setdefault(head, {**mapping, "additionalProperties": not closed})
    return found


def _described(entry: RegistryEntry) -> str:
    return entry.metadata.description or entry.metadata.title or entry.function_name


def _portable(schema: Any) -> Any:
    """A schema that also takes an expression, here and wherever a value can stand inside."""
    if not isinstance(schema, dict):
        return True
    kinds = schema.get("type", "object")
    if any(kind not in JSON_TYPES for kind in (kinds if isinstance(kinds, list) else [kinds])):
        return {key: schema[key] for key in _ANNOTATIONS if key in schema}
    told = {key: schema[key] for key in _ANNOTATIONS if key in schema}
    return {**told, "anyOf": [_inside(schema), _EXPRESSION]}


def _inside(schema: Schema) -> Schema:
    found: Schema = {}
    for key, value in schema.items():
        if key in {"anyOf", "oneOf", "allOf"} and isinstance(value, list):
            target = "anyOf" if key == "oneOf" and "anyOf" not in schema else key
            found[target] = [_portable(part) for part in value]
        elif key == "properties" and isinstance(value, dict):
            found[key] = {name: _portable(part) for name, part in value.items()}
        elif key in {"items", "additionalProperties"}:
            found["additionalItems" if key == "items" and "prefixItems" in schema else key] = (
                _portable(value) if isinstance(value, dict) else value
            )
        elif key == "prefixItems" and isinstance(value, list):
            found["items"] = [_portable(part) for part in value]
        elif key not in {"discriminator", *_ANNOTATIONS}:
            found[key] = value
    return found
