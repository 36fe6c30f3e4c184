"""What a person is told when parameters do not meet their schema.

The validation is a library's (jsonschema-rs), wherever it is needed; its errors are put into words here, once for
the compiled workflow and for whatever starts it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, near_miss

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

_LONGEST_SHOWN = 60
_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping of names to values",
    "string": "text",
}
_LIMITS = {
    "minimum": "must be at least {limit}",
    "maximum": "must be at most {limit}",
    "exclusiveMinimum": "must be more than {limit}",
    "exclusiveMaximum": "must be less than {limit}",
    "minItems": "must have at least {limit} item(s)",
    "maxItems": "must have at most {limit} item(s)",
    "minLength": "must have at least {limit} character(s)",
    "maxLength": "must have at most {limit} character(s)",
    "minProperties": "must have at least {limit} entries",
    "maxProperties": "must have at most {limit} entries",
    "multipleOf": "must be a multiple of {multiple_of}",
    "pattern": "must match the pattern {pattern}",
    "uniqueItems": "must not hold the same item twice",
}


_FORMATS = {
    "date": "a date such as 2024-05-31",
    "date-time": "a date and a time such as 2024-05-31T12:00:00",
    "time": "a time such as 12:00:00",
    "duration": "a duration such as PT1H30M or 1:30:00",
    "uuid": "a UUID",
}


class Kind(Protocol):
    """Which keyword refused, and with what."""

    @property
    def name(self) -> str:
        """The keyword, such as `minimum`."""
        ...

    def as_dict(self) -> dict[str, Any]:
        """What belongs to the keyword, such as `{"limit": 3}`."""
        ...


class SchemaError(Protocol):
    """An error as jsonschema-rs reports it."""

    @property
    def message(self) -> str:
        """The library's own words."""
        ...

    @property
    def instance(self) -> Any:
        """The value that was refused."""
        ...

    @property
    def instance_path(self) -> Sequence[str | int]:
        """Where it stands in the parameters."""
        ...

    @property
    def schema_path(self) -> Sequence[str | int]:
        """Which keyword of the schema refused it."""
        ...

    @property
    def kind(self) -> Kind:
        """The keyword and what belongs to it."""
        ...


def explain(
    errors: Iterable[SchemaError],
    schema: dict[str, Any],
    *,
    file: str | None = None,
    place: Callable[[Path], Place | None] = lambda _path: None,
    source: Callable[[int], str | None] = lambda _line: None,
    option: Callable[[Path], str | None] = lambda _path: None,
) -> list[Diagnostic]:
    """Put validation errors into words, each naming its parameter by its dotted path.

    Args:
        errors: What jsonschema-rs found.
        schema: The schema that the parameters were checked against.
        file: The file that the parameters came from, if any.
        place: Line and column of a path in that file, as far as they are known.
        source: The text of a line of that file, counted from 1.
        option: The option of the command line that has set a path, if one has.

    Returns:
        A diagnostic for each mistake, in the order of the file where places are known; empty if there is none.
    """
    found = [finding for error in errors for finding in _findings(error, schema)]
    places = [place(path) for path, _, _, _ in found]
    order = sorted(range(len(found)), key=lambda index: places[index] or (0, 0))
    diagnostics = []
    for index in order:
        path, code, message, hint = found[index]
        given = option(path)
        line, column = (None if given else places[index]) or (None, None)
        text = source(line) if line is not None else None
        diagnostics.append(
            Diagnostic(code=code, message=message, file=given or file, line=line, column=column, source=text, hint=hint)
        )
    return list(dict.fromkeys(diagnostics))


def dotted(path: Iterable[str | int]) -> str:
    """A path as a person writes it: `step.parameter[0].key`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def show(value: Any) -> str:
    """A value as JSON, shortened."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


_Finding: TypeAlias = tuple[Path, Code, str, str | None]


def _findings(error: SchemaError, schema: dict[str, Any]) -> list[_Finding]:
    path = tuple(error.instance_path)
    details = error.kind.as_dict()
    match error.kind.name:
        case "required":
            return _missing((*path, details["property"]), schema, _misnamed(error, details["property"], schema))
        case "additionalProperties" | "unevaluatedProperties":
            candidates = _properties(schema, error.schema_path[:-1])
            return [_unknown((*path, name), candidates) for name in details["unexpected"]]
        case "anyOf" | "oneOf" if details.get("context"):
            return _alternatives(error, path, details["context"], schema)
    message, hint = _words(error, details)
    return [(path, Code.PARAMETERS_INVALID, f"{_subject(path)} {message}", hint)]


def _subject(path: Path) -> str:
    return f"the parameter {dotted(path)}" if path else "the parameters"


def _misnamed(error: SchemaError, name: str, schema: dict[str, Any]) -> str | None:
    """What to do if the value has another name, of which nothing is known, in the place of one that is missing."""
    known = _properties(schema, error.schema_path[:-1])
    written = near_miss(name, [key for key in error.instance if key not in known]) if known else None
    return f"there is no {written!r}: did you mean {name!r}?" if written else None


def _missing(path: Path, schema: dict[str, Any], hint: str | None) -> list[_Finding]:
    members: list[str] = schema.get("properties", {}).get(path[0], {}).get("required", []) if len(path) == 1 else []
    paths = [(*path, member) for member in members] or [path]
    return [(each, Code.PARAMETER_MISSING, f"{_subject(each)} is missing", hint) for each in paths]


def _unknown(path: Path, candidates: list[str]) -> _Finding:
    meant = near_miss(str(path[-1]), candidates)
    if meant:
        hint = f"did you mean {dotted((*path[:-1], meant))}?"
    else:
        hint = f"known here: {', '.join(candidates)}" if candidates else "nothing can be set here"
    return path, Code.PARAMETERS_INVALID, f"there is no parameter {dotted(path)}", hint


def _properties(schema: dict[str, Any], schema_path: Iterable[str | int]) -> list[str]:
    node: Any = schema
    for part in schema_path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return []
    return list(node.get("properties", {})) if isinstance(node, dict) else []


def _alternatives(
    error: SchemaError, path: Path, context: list[list[SchemaError]], schema: dict[str, Any]
) -> list[_Finding]:
    """Report on the one alternative that was meant, or list what would have been accepted."""
    near = [branch for branch in context if not any(_excludes(each, path) for each in branch)]
    if len(near) == 1 and near[0]:
        return [finding for each in near[0] for finding in _findings(each, schema)]
    wishes = dict.fromkeys(
        wish
        for branch in context
        for each in branch
        if tuple(each.instance_path) == path and (wish := _wish(each)) is not None
    )
    if near or not wishes:
        reasons = dict.fromkeys(finding[2] for branch in near for each in branch for finding in _findings(each, schema))
        message = f"{_subject(path)} fits none of the forms that are allowed, and is {show(error.instance)}"
        return [(path, Code.PARAMETERS_INVALID, message, "; or ".join(reasons) or None)]
    message = f"{_subject(path)} must be {' or '.join(wishes)}, and is {show(error.instance)}"
    return [(path, Code.PARAMETERS_INVALID, message, None)]


def _excludes(error: SchemaError, path: Path) -> bool:
    """Whether the value is of another kind altogether than this alternative wants."""
    return tuple(error.instance_path) == path and error.kind.name in ("type", "const", "enum")


def _wish(error: SchemaError) -> str | None:
    details = error.kind.as_dict()
    match error.kind.name:
        case "type":
            return " or ".join(_TYPES.get(name, name) for name in details["types"])
        case "const":
            return show(details["expected_value"])
        case "enum":
            return " or ".join(show(option) for option in details["options"])
    return None


def _words(error: SchemaError, details: dict[str, Any]) -> tuple[str, str | None]:
    name = error.kind.name
    if name == "enum":
        options = [show(option) for option in details["options"]]
        texts = [option for option in details["options"] if isinstance(option, str)]
        meant = near_miss(error.instance, texts) if isinstance(error.instance, str) else None
        hint = f"did you mean {show(meant)}?" if meant is not None else None
        return f"must be one of {', '.join(options)}, and is {show(error.instance)}", hint
    wish = _FORMATS.get(details["format"]) if name == "format" else _wish(error)
    if wish is not None:
        return f"must be {wish}, and is {show(error.instance)}", None
    if name in _LIMITS:
        return f"{_LIMITS[name].format(**details)}, and is {show(error.instance)}", None
    return f"is refused: {error.message}", None
