"""The types of attributes and elements, and those that certainly do not exist."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.findings import Findings
from wt_compiler.parameters import JSON_TYPES
from wt_compiler.types.arrays import element, prefix
from wt_compiler.types.objects import fields, is_closed, other_field
from wt_compiler.types.schema_type import STRING, Type, alternatives, is_skip, kind, union_of
from wt_compiler.types.wording import describe
from wt_compiler.values import Position

_NUMBERS = (int, float)


class Parts:
    """Takes types apart.

    Args:
        findings: Gets what is certainly wrong.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def attribute(self, owner: Type, name: str, at: Position) -> Type | None:
        """The type of an attribute; None if it is not known.

        Args:
            owner: Whose attribute.
            name: Its name.
            at: Where it is written.
        """
        options = alternatives(owner)
        if options is None:
            return None
        found: list[Type | None] = []
        for option in options:
            if self._is_absent(option, owner, at):
                return None
            found.append(self._field(option, name))
            if found[-1] is None and self._report_attribute(option, name, at):
                return None
        return union_of([each for each in found if each]) if all(found) and found else None

    def index(self, owner: Type, index: Type | None, at: Position) -> Type | None:
        """The type of an element; None if it is not known.

        Args:
            owner: Whose element.
            index: The type of the index, if it is known.
            at: Where the index is written.
        """
        options = alternatives(owner)
        if options is None:
            return None
        key = index.get("const") if index is not None else None
        found: list[Type | None] = []
        for option in options:
            if self._is_absent(option, owner, at):
                return None
            problem, hint = _why_no_element(option, index, key)
            if problem:
                self._fail(problem, at, hint or self._near(option, key))
                return None
            found.append(_element(option, key))
        return union_of([each for each in found if each]) if all(found) and found else None

    def _is_absent(self, option: Type, owner: Type, at: Position) -> bool:
        if kind(option) != "null":
            return False
        if not is_skip(option):
            hint = "write 'default(…, …)' around it" if option is not owner else None
            self._fail("this may be null, which has no parts", at, hint)
        return True

    def _field(self, option: Type, name: str) -> Type | None:
        schema = fields(option).get(name) if kind(option) == "object" else None
        return option.inner(schema) if schema is not None else None

    def _report_attribute(self, option: Type, name: str, at: Position) -> bool:
        """Say why there is no such attribute, if that is certain."""
        what = kind(option)
        if what is None or what not in JSON_TYPES:
            return False
        if what == "object":
            if is_closed(option):
                known = fields(option)
                hint = self._findings.suggest(name, known, f"there are {', '.join(map(str, known))}")
                self._fail(f"{describe(option)} has no field {name!r}", at, hint)
                return True
            if isinstance(option.get("additionalProperties"), dict) and not fields(option):
                self._fail(f"{describe(option)} has keys, and no attributes", at, f"write [{name!r}]")
                return True
            return False
        if option.get("format") or option.get("enum") or option.get("pattern"):
            return False  # a date, say, which has attributes in Python
        if what in {"integer", "number"} and any(hasattr(number, name) for number in _NUMBERS):
            return False
        self._fail(f"{describe(option)} has no attribute {name!r}", at, None)
        return True

    def _near(self, option: Type, key: object) -> str | None:
        return self._findings.suggest(key, fields(option)) if isinstance(key, str) else None

    def _fail(self, message: str, at: Position, hint: str | None) -> None:
        self._findings.error(Code.EXPRESSION_FAILS, message, at, hint)


def _why_no_element(option: Type, index: Type | None, key: object) -> tuple[str | None, str | None]:
    """Why there is certainly no such element, and what to do."""
    what = kind(option)
    shape = kind(index) if index is not None else None
    if what == "array":
        if option.get("uniqueItems"):
            return "a set has no first element, and no others by place", None
        if shape in {"string", "null", "number", "array", "object"}:
            return f"an index of {describe(option)} is a whole number", None
        most = option.get("maxItems") if prefix(option) else None
        if isinstance(most, int) and isinstance(key, int) and not -most <= key < most:
            return f"there are {most} elements, counted from 0, and none at {key}", None
    elif what == "object":
        if isinstance(key, str) and is_closed(option) and key not in fields(option):
            return f"{describe(option)} has no key {key!r}", None
    elif what == "string":
        if shape == "string" and not option.get("format"):
            return "an index of a text is a whole number", None
    elif what in {"integer", "number", "boolean"}:
        return f"{describe(option)} has no elements", None
    return None, None


def _element(option: Type, key: object) -> Type | None:
    what = kind(option)
    if what == "array":
        if prefix(option):
            place = key if isinstance(key, int) else None
            if place is None or (place < 0 and not isinstance(option.get("maxItems"), int)):
                return None
            found = element(option, place if place >= 0 else option.schema["maxItems"] + place)
        else:
            found = element(option, 0)
        return found if found.schema not in (True, False, {}) else None
    if what == "object":
        schema = fields(option).get(key) if isinstance(key, str) else None
        found_field = option.inner(schema) if schema is not None else other_field(option)
        return found_field if found_field is not None and found_field.schema not in (True, {}) else None
    return STRING if what == "string" else None
