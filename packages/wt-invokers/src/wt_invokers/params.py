"""The parameters of a run: from a file, from assignments, checked before anything runs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.parameter_text import MOST_BYTES, ParameterText, refuse

from wt_invokers.schema import fits, member

STDIN = Path("-")
"""Stands for standard input."""


class Params:
    """Parameters on their way to a run.

    Args:
        values: Those that it has already.

    Attributes:
        values: One key a task instance.
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = dict(values or {})
        self._source: ParameterText | None = None
        self._options: dict[tuple[str | int, ...], str] = {}

    def load(self, path: Path) -> None:
        """Read a file of parameters, JSON or YAML; `-` is standard input.

        Raises:
            DiagnosticError: If it cannot be read, or holds no mapping.
        """
        try:
            content = _read(path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            refuse(f"the parameters cannot be read: {reason}", str(path))
        self._source = ParameterText.from_bytes(str(path), content, _yaml_events)
        self.values = self._source.read()

    def assign(self, assignment: str, schema: dict[str, Any]) -> None:
        """Set one parameter.

        Args:
            assignment: `step.parameter=value`. A value that is JSON is taken as JSON, unless the parameter wants
                text and JSON gives none; anything else is text.
            schema: The schema of all parameters.

        Raises:
            DiagnosticError: If it is no assignment, or goes through something that holds nothing.
        """
        if not _is_unicode(assignment):
            refuse(f"--set {assignment!r} is not Unicode", code=Code.USAGE)
        name, equals, text = assignment.partition("=")
        path = tuple(name.strip().split("."))
        if not equals or len(path) < 2 or not all(path):
            refuse(f"--set {assignment!r} is not of the form step.parameter=value", code=Code.USAGE)
        self.put(path, parse_value(text, member(schema, path), schema))
        self._options[path] = f"--set {name.strip()}"

    def put(self, path: tuple[str, ...], value: Any) -> None:
        """Set the value of a path.

        Raises:
            DiagnosticError: If the path goes through something that is not a mapping.
        """
        inside = self.values
        for depth, name in enumerate(path[:-1], start=1):
            inside = inside.setdefault(name, {})
            if not isinstance(inside, dict):
                refuse(f"{'.'.join(path[:depth])} is not a mapping: {'.'.join(path)} cannot be set", self._name)
        inside[path[-1]] = value

    def check(self, schema: dict[str, Any]) -> None:
        """Refuse what does not meet the schema.

        Raises:
            DiagnosticError: With everything that is wrong.
        """
        import jsonschema_rs
        from wt_contracts.formats import FORMATS
        from wt_contracts.refusals import explain

        validator = jsonschema_rs.validator_for(schema, formats=dict(FORMATS), validate_formats=True)
        errors = list(validator.iter_errors(self.values))
        if errors:
            if self._source is None:
                diagnostics = explain(errors, schema, option=self._option)
            else:
                name, place, line = self._source.name, self._source.place, self._source.line
                diagnostics = explain(errors, schema, file=name, place=place, source=line, option=self._option)
            raise DiagnosticError([_with_hint(diagnostic) for diagnostic in diagnostics])

    def _option(self, path: tuple[str | int, ...]) -> str | None:
        """The option that has set what stands at a path, or a part of it."""
        around = (option for given, option in self._options.items() if path[: len(given)] == given)
        inside = (option for given, option in self._options.items() if given[: len(path)] == path)
        return next(around, None) or next(inside, None)

    @property
    def _name(self) -> str | None:
        return self._source.name if self._source else None


def parse_value(text: str, node: dict[str, Any] | None, schema: dict[str, Any]) -> Any:
    """What a person means who writes `text` for a parameter.

    Args:
        text: What was written.
        node: The schema of the parameter, if it is known.
        schema: The schema of all parameters.

    Returns:
        The JSON value, or the text itself if it is not JSON, or if only the text fits the parameter.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_number, parse_float=_parse_float)
    except (ValueError, RecursionError):
        return text
    if not _is_unicode(value):
        return text
    if node is not None and not isinstance(value, str) and not fits(value, node, schema) and fits(text, node, schema):
        return text
    return value


def _read(path: Path) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _is_unicode(value: Any) -> bool:
    """Whether no text in a JSON value holds half of a surrogate pair, which UTF-8 cannot write."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _yaml_events(text: str) -> Iterator[Any]:
    import yaml

    try:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        from wt_contracts.yaml_syntax import explain_yaml

        raise explain_yaml(error, text) from None


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number that JSON knows")


def _parse_float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)


def _with_hint(diagnostic: Diagnostic) -> Diagnostic:
    if diagnostic.code is not Code.PARAMETER_MISSING or diagnostic.hint:
        return diagnostic
    name = diagnostic.message.removeprefix("the parameter ").removesuffix(" is missing")
    return replace(diagnostic, hint=f"give it in the --params file, or with --set {name}=VALUE")
