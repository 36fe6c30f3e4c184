"""A document as a person reads it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from wt_registry.document import Document

_WIDTH = 100


def format_pretty(document: Document) -> str:
    """Every task with its parameters, by the module to import it from; then the problems."""
    lines: list[str] = []
    module = None
    for entry in sorted(document.entries.values(), key=lambda e: (e["public_module_path"], e["function_name"])):
        if entry["public_module_path"] != module:
            module = entry["public_module_path"]
            lines += [module, "=" * len(module), ""]
        lines += [*_task(entry), ""]
    if document.problems:
        lines += ["Not described", "-------------", *_problems(document), ""]
    if not lines:
        return "No tasks. A task library names its modules in the entry-point group 'wt_registry'.\n"
    return "\n".join(lines)


def _task(entry: dict[str, Any]) -> Iterator[str]:
    metadata = entry["metadata"]
    prefix = "async " if entry["is_async"] else ""
    tags = "".join(f" [{tag}]" for tag in metadata["tags"])
    yield f"{prefix}{entry['function_name']} - {metadata['title']}{tags}"
    if metadata["deprecated"]:
        message = metadata["deprecation_message"]
        yield f"    Deprecated{': ' + message if message else ''}"
    if metadata["description"]:
        yield textwrap.fill(metadata["description"], _WIDTH, initial_indent="    ", subsequent_indent="    ")
    schema = entry["json_schema"]
    required = schema.get("required", [])
    for name, parameter in schema.get("properties", {}).items():
        yield _parameter(name, parameter, required=name in required)
    if entry["return_schema"] is not None:
        yield f"      -> {_type(entry['return_schema'])}"
    yield f"    {entry['import_statement'].removesuffix(' as ' + entry['function_name'])}"


def _parameter(name: str, schema: dict[str, Any], *, required: bool) -> str:
    text = f"      {name}: {_type(schema)}"
    if not required:
        text += f" = {schema['default']!r}" if "default" in schema else " (optional)"
    if schema.get("description"):
        text += f"  # {' '.join(schema['description'].split())}"
    return text if len(text) <= _WIDTH else text[: _WIDTH - 3] + "..."


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return " | ".join(_type(option) for option in schema[keyword])
    if "enum" in schema:
        return " | ".join(repr(value) for value in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    kind = schema.get("type", "any")
    if kind == "array" and isinstance(schema.get("items"), dict):
        return f"array of {_type(schema['items'])}"
    return str(schema.get("title", kind)) if "properties" in schema else str(kind)


def _problems(document: Document) -> Iterator[str]:
    for problem in document.problems:
        yield f"{problem.kind} {problem.subject}: {problem.reason}"
        if problem.place:
            yield f"    {problem.place}"
