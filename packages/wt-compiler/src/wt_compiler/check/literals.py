"""Literals are what the schemas of their parameters accept, as far as they are written in the spec."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

from wt_contracts.codes import Code
from wt_contracts.formats import FORMATS
from wt_contracts.refusals import explain
from wt_contracts.registry import RegistryEntry

from wt_compiler.catalogue import dotted_path
from wt_compiler.check.lenient_schema import HOLE, lenient_schema
from wt_compiler.document import ListNode, MapNode, Node, ScalarNode
from wt_compiler.findings import Findings
from wt_compiler.parameters import Parameters
from wt_compiler.spec import Argument, MappingSpec, Name
from wt_compiler.values import Expression, Position, Value

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved

_MOST_REPORTED = 10
"""How many refusals of one literal are reported."""


class LiteralCheck:
    """Checks the literals of all instances; makes a validator for each task when it is first needed.

    Args:
        findings: Gets what is refused, and tasks whose schema is no schema.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._checkers: dict[tuple[str, bool], _Checker | None] = {}

    def check(self, resolved: Resolved, parameters: Parameters) -> None:
        """Check one instance whose task is known: what `partial` binds, and the elements that it maps over."""
        assert resolved.task is not None
        mapping = resolved.spec.mapping
        for argument in (*resolved.spec.partial, *(_mapped(mapping) if mapping else ())):
            if isinstance(argument.value, Expression):
                continue
            if argument.name.text in parameters.properties:
                self._check_argument(resolved.task, parameters, argument)

    def _check_argument(self, task: RegistryEntry, parameters: Parameters, argument: Argument) -> None:
        value, holes = _with_holes(argument.value)
        checker = self._checker(task, parameters, argument.name, holes)
        if checker is None:
            return
        name = argument.name.text
        errors = checker.errors({name: value})
        if not errors or checker.contradicts_itself(name):
            return
        refusals = explain(errors, checker.schema, place=lambda path: place_of(argument.node, path[1:]))
        for refusal in refusals[:_MOST_REPORTED]:
            assert refusal.line is not None
            assert refusal.column is not None
            place = Position(refusal.line, refusal.column)
            self._findings.error(Code.LITERAL_REFUSED, refusal.message, place, refusal.hint)

    def _checker(self, task: RegistryEntry, parameters: Parameters, name: Name, holes: bool) -> _Checker | None:
        key = (dotted_path(task), holes)
        if key not in self._checkers:
            try:
                self._checkers[key] = _Checker(parameters, holes)
            except ValueError as error:
                self._checkers[key] = None
                reason = str(error).splitlines()[0]
                message = f"literals for {task.function_name!r} are not checked, its schema is wrong: {reason}"
                self._findings.warn(Code.TASK_NOT_DESCRIBED, message, name.position)
        return self._checkers[key]


class _Checker:
    """Validates literals for one task.

    Raises:
        ValueError: If the task's schema is none.
    """

    def __init__(self, parameters: Parameters, holes: bool) -> None:
        from jsonschema_rs import Draft202012Validator

        self.schema = {**lenient_schema(parameters.schema, holes=holes), "required": []}
        self._validator = Draft202012Validator(
            self.schema, validate_formats=True, formats=dict(FORMATS), retriever=_refuse_retrieval
        )
        self._parameters = parameters

    def errors(self, arguments: dict[str, Any]) -> list[Any]:
        """What the schema refuses."""
        return list(self._validator.iter_errors(arguments))

    def contradicts_itself(self, name: str) -> bool:
        """Whether the schema of a parameter refuses the parameter's default, null apart.

        Then it says what a form shows (`json_schema_extra`), not what the function takes.
        """
        from jsonschema_rs import Draft202012Validator

        schema = self._parameters.properties[name]
        default = schema.get("default") if isinstance(schema, dict) else None
        if default is None:
            return False
        own = lenient_schema(self._parameters.schema, holes=False)
        properties = {name: lenient_schema({"allOf": [{**schema, "default": None}]}, holes=False)}
        own = {**own, "properties": properties, "required": []}
        validator = Draft202012Validator(own, validate_formats=False, retriever=_refuse_retrieval)
        return not validator.is_valid({name: default})


def _refuse_retrieval(uri: str) -> NoReturn:
    raise ValueError(f"a task's schema must not refer to another document, such as {uri}")


def _mapped(mapping: MappingSpec) -> list[Argument]:
    """What is mapped over, as arguments, if it is written in the spec."""
    arguments: list[Argument] = []
    for value, node in _elements(mapping.argvalues, mapping.node, keyed=mapping.method == "mapvalues"):
        if len(mapping.argnames) == 1:
            arguments.append(Argument(mapping.argnames[0], value, node))
        elif isinstance(value, list) and isinstance(node, ListNode) and len(value) == len(mapping.argnames):
            arguments.extend(map(Argument, mapping.argnames, value, node.items))
    return arguments


def _elements(value: Value, node: Node, *, keyed: bool) -> list[tuple[Value, Node]]:
    if isinstance(value, dict) and isinstance(node, MapNode) and keyed:
        return [(value[key], entry.value) for key, entry in node.entries.items()]
    if not isinstance(value, list) or not isinstance(node, ListNode):
        return []
    elements = list(zip(value, node.items, strict=True))
    if not keyed:
        return elements
    return [
        (pair[1], pair_node.items[1])
        for pair, pair_node in elements
        if isinstance(pair, list) and isinstance(pair_node, ListNode) and len(pair) == 2
    ]


def _with_holes(value: Value) -> tuple[Any, bool]:
    """The value with a mark for everything that is known only when the workflow runs; whether there is any."""
    if isinstance(value, Expression) or (isinstance(value, float) and not math.isfinite(value)):
        return HOLE, True  # JSON has no infinity, so a schema says nothing of it
    if isinstance(value, list):
        items = [_with_holes(item) for item in value]
        return [item for item, _ in items], any(hole for _, hole in items)
    if isinstance(value, dict):
        entries = {key: _with_holes(item) for key, item in value.items()}
        return {key: item for key, (item, _) in entries.items()}, any(hole for _, hole in entries.values())
    return value, False


def place_of(node: Node, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Where a part of a value stands: a scalar, or the key of a collection."""
    line, column = node.line, node.column
    for part in path:
        if isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            line, column = node.line, node.column
        elif isinstance(node, MapNode) and str(part) in node.entries:
            entry = node.entries[str(part)]
            node = entry.value
            shown = node if isinstance(node, ScalarNode) else entry.key
            line, column = shown.line, shown.column
        else:
            break
    return line, column
