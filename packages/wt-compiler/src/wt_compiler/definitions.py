"""The `$defs` of one document, gathered from many tasks.

Every task brings its own `$defs`; a document has one. Two definitions are the same if everything that they reach is
the same; a later one of the same name but other contents gets a name of its own.

What is data and not schema (`default`, `const`, `enum`, `examples`) is never looked into; every other place is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias
from urllib.parse import unquote

Schema: TypeAlias = dict[str, Any]

PREFIX = "#/$defs/"
_DATA = frozenset({"default", "const", "enum", "examples"})
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


def references(schema: Any) -> Iterator[str]:
    """Every `$ref` in a schema, and every target in a discriminator's mapping."""
    stack: list[Any] = [schema]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            yield from _discriminated(node)
            stack.extend(reversed(list(_below(node))))


def defined_name(reference: str) -> str | None:
    """The name of the definition that a `$ref` points to or into; None if it points elsewhere."""
    if not reference.startswith(PREFIX):
        return None
    return _token(reference)[0]


class TaskDefinitions:
    """The `$defs` of one task.

    Args:
        definitions: The definitions by name. Not changed.
    """

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self.definitions = definitions
        self._reached: dict[str, frozenset[str]] = {}
        self._digests: dict[str, str] = {}

    def reachable(self, schema: Any) -> list[str]:
        """The names that a schema reaches, through other definitions too, in the order of the task's `$defs`.

        Raises:
            LookupError: If a reference points to nothing; the argument is the reference.
        """
        names: set[str] = set()
        stack = [schema]
        while stack:
            for reference in references(stack.pop()):
                name = defined_name(reference)
                if name is None or name not in self.definitions:
                    raise LookupError(reference)
                if name not in names:
                    names.add(name)
                    stack.append(self.definitions[name])
        return [name for name in self.definitions if name in names]

    def digest(self, name: str) -> str:
        """The hash of a definition and of everything that it reaches."""
        if name not in self._digests:
            reached = {other: self.definitions[other] for other in self.reachable(self.definitions[name])}
            content = json.dumps([self.definitions[name], reached], sort_keys=True, default=str)
            self._digests[name] = hashlib.sha256(content.encode()).hexdigest()
        return self._digests[name]


class Definitions:
    """The `$defs` of a document while it is being written."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}
        self._names: dict[tuple[str, str], str] = {}

    def adopt(self, task: TaskDefinitions, names: Iterable[str]) -> dict[str, str]:
        """Take definitions over.

        Args:
            task: Where they come from.
            names: Which, closed under reachability.

        Returns:
            The name that each has here: its own, or `<name>__<n>` where that is taken by another one.
        """
        new: list[str] = []
        here: dict[str, str] = {}
        for name in names:
            key = (name, task.digest(name))
            if key not in self._names:
                self._names[key] = self._free_name(name)
                self.schemas[self._names[key]] = {}
                new.append(name)
            here[name] = self._names[key]
        for name in new:
            self.schemas[here[name]] = renamed(task.definitions[name], here)
        return here

    def _free_name(self, name: str) -> str:
        free, n = name, 1
        while free in self.schemas:
            n += 1
            free = f"{name}__{n}"
        return free


def renamed(schema: Any, names: dict[str, str]) -> Any:
    """A schema whose references point to the new names; the same object if no name differs."""
    changed = {old: new for old, new in names.items() if old != new}
    return _rewrite(schema, lambda reference: _repoint(reference, changed)) if changed else schema


def _token(reference: str) -> tuple[str, str]:
    token, slash, rest = reference.removeprefix(PREFIX).partition("/")
    return unquote(token).replace("~1", "/").replace("~0", "~"), slash + rest


def _repoint(reference: str, changed: dict[str, str]) -> str:
    name = defined_name(reference)
    if name not in changed:
        return reference
    escaped = changed[name].replace("~", "~0").replace("/", "~1")
    return f"{PREFIX}{escaped}{_token(reference)[1]}"


def _discriminated(node: Schema) -> Iterator[str]:
    discriminator = node.get("discriminator")
    if isinstance(discriminator, dict) and isinstance(discriminator.get("mapping"), dict):
        yield from (target for target in discriminator["mapping"].values() if isinstance(target, str))


def _below(node: Schema) -> Iterator[Any]:
    for key, value in node.items():
        if key in _NAMED and isinstance(value, dict):
            yield from value.values()
        elif key not in _DATA and isinstance(value, dict | list):
            yield value


def _rewrite(node: Any, repoint: Callable[[str], str]) -> Any:
    if isinstance(node, list):
        return [_rewrite(item, repoint) for item in node]
    if not isinstance(node, dict):
        return node
    result: Schema = {}
    for key, value in node.items():
        if key in _DATA:
            result[key] = value
        elif key in _NAMED and isinstance(value, dict):
            result[key] = {name: _rewrite(schema, repoint) for name, schema in value.items()}
        elif key == "$ref" and isinstance(value, str):
            result[key] = repoint(value)
        elif key == "discriminator" and isinstance(value, dict) and isinstance(value.get("mapping"), dict):
            mapping = {tag: repoint(to) if isinstance(to, str) else to for tag, to in value["mapping"].items()}
            result[key] = {**value, "mapping": mapping}
        else:
            result[key] = _rewrite(value, repoint)
    return result
