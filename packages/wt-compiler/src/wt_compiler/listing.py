"""What an environment offers, for people to read."""

from __future__ import annotations

from typing import Any

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss
from wt_contracts.registry import RegistryEntry, RegistryOutput

from wt_compiler.catalogue import dotted_path
from wt_compiler.parameters import Parameters
from wt_compiler.wording import shorten

_LONGEST_SUMMARY = 80
_KINDS = {"array": "list", "object": "mapping", "integer": "int", "number": "float", "boolean": "bool", "null": "none"}


def select(registry: RegistryOutput, *, search: str | None = None, name: str | None = None) -> RegistryOutput:
    """The tasks that are asked for.

    Args:
        registry: All tasks.
        search: A text that a task has in its name, title, description or tags, in any case.
        name: The short or dotted name of a task.

    Returns:
        The tasks, sorted by public path, with all problems.

    Raises:
        DiagnosticError: If no task has that name; says which one was meant.
    """
    entries = {key: entry for key, entry in registry.entries.items() if _matches(entry, search)}
    if name is not None:
        named = {key: e for key, e in entries.items() if name in (e.function_name, dotted_path(e), key)}
        if not named:
            known = [entry.function_name for entry in entries.values()]
            meant = near_miss(name.rpartition(".")[2], known)
            hint = f"did you mean {meant!r}?" if meant else "`wt registry` lists them all"
            message = f"there is no task {name!r}"
            raise DiagnosticError(Diagnostic(code=Code.UNKNOWN_TASK, message=message, hint=hint))
        entries = named
    ordered = dict(sorted(entries.items(), key=lambda item: dotted_path(item[1])))
    return RegistryOutput(entries=ordered, problems=registry.problems, version=registry.version)


def problems_of(registry: RegistryOutput) -> list[Diagnostic]:
    """A warning for each task or library that could not be described."""
    codes = {"library": Code.LIBRARY_NOT_IMPORTED}
    what = {"library": "could not be imported"}
    return [
        Diagnostic(
            code=codes.get(problem.kind, Code.TASK_NOT_DESCRIBED),
            severity="warning",
            message=f"{problem.subject!r} {what.get(problem.kind, 'cannot be described')}: {problem.reason}",
            file=problem.file,
            line=problem.line,
        )
        for problem in registry.problems
    ]


def list_tasks(registry: RegistryOutput) -> str:
    """All tasks, a line for each, under the modules that expose them."""
    modules: dict[str, list[RegistryEntry]] = {}
    for entry in registry.entries.values():
        modules.setdefault(entry.public_module_path, []).append(entry)
    if not modules:
        return "no tasks"
    lines: list[str] = []
    for module, entries in modules.items():
        lines.append(f"{module}:")
        width = max(len(entry.function_name) for entry in entries)
        lines.extend(f"  {entry.function_name:{width}}  {_summary(entry)}".rstrip() for entry in entries)
    count = len(registry.entries)
    return "\n".join([*lines, f"{count} task{'s' * (count != 1)}"])


def describe_task(entry: RegistryEntry) -> str:
    """One task with its parameters."""
    metadata = entry.metadata
    lines = [dotted_path(entry)]
    if metadata.deprecated:
        lines.append(f"  deprecated: {metadata.deprecation_message or 'do not use it in new specs'}")
    for text in (metadata.title, metadata.description):
        lines.extend(f"  {line}" for line in (text or "").splitlines())
    if metadata.tags:
        lines.append(f"  tags: {', '.join(metadata.tags)}")
    parameters = Parameters(entry.json_schema, entry.hidden_parameters)
    lines.extend(f"  {_parameter(name, parameters)}" for name in parameters.names)
    if entry.return_schema is not None:
        lines.append(f"  returns: {_kind(entry.return_schema)}")
    return "\n".join(lines)


def _matches(entry: RegistryEntry, search: str | None) -> bool:
    metadata = entry.metadata
    texts = (dotted_path(entry), metadata.title or "", metadata.description or "", *metadata.tags)
    return search is None or any(search.casefold() in text.casefold() for text in texts)


def _summary(entry: RegistryEntry) -> str:
    text = " ".join((entry.metadata.description or entry.metadata.title or "").split())
    text = shorten(text, _LONGEST_SUMMARY)
    return f"(deprecated) {text}" if entry.metadata.deprecated else text


def _parameter(name: str, parameters: Parameters) -> str:
    schema = parameters.properties.get(name)
    kind = _kind(schema) if schema is not None else "not in forms"
    required = ", required" if name in parameters.required else ""
    described = schema.get("description") if isinstance(schema, dict) else None
    text = f": {shorten(' '.join(described.split()), _LONGEST_SUMMARY)}" if isinstance(described, str) else ""
    return f"- {name} ({kind}{required}){text}"


def _kind(schema: Any) -> str:
    """A schema in a few words."""
    if not isinstance(schema, dict):
        return "anything"
    if isinstance(schema.get("$ref"), str):
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return "one of " + shorten(", ".join(map(str, schema["enum"])), _LONGEST_SUMMARY)
    for keyword in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(keyword), list):
            return " or ".join(dict.fromkeys(_kind(part) for part in schema[keyword]))
    kinds = schema.get("type", "anything")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return " or ".join(_KINDS.get(str(kind), str(kind)) for kind in listed)
