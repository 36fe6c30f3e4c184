"""The type of an expression, and what is certainly wrong with it."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from wt_contracts.codes import Code

from wt_compiler.emit.expressions import written
from wt_compiler.findings import Findings
from wt_compiler.types.parts import Parts
from wt_compiler.types.presence import may_be_null, present, without_null
from wt_compiler.types.schema_type import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    SETTING,
    STRING,
    Type,
    alternatives,
    constant,
    kind,
    tuple_of,
    union_of,
)
from wt_compiler.types.wording import describe
from wt_compiler.values import (
    Approved,
    Attribute,
    Call,
    Constant,
    EnvVariable,
    Expression,
    Failure,
    Index,
    Items,
    LoopValue,
    Operation,
    Parameter,
    Position,
    Prefixed,
    Reference,
    Secret,
    Text,
)

LAST: Final = "loop.last"
"""Stands among the instances for what the last round of a loop gave; no instance has such an id."""

_NUMERIC: Final = frozenset({"integer", "number", "boolean"})
_ORDER: Final = frozenset({"<", "<=", ">", ">="})
_COMPARING: Final = frozenset({*_ORDER, "==", "!=", "in", "not in"})
_SAMPLES: Final = {"string": "a", "integer": 1, "number": 1.5, "boolean": True}
_FAILURES: Final = {"message": STRING, "type": STRING, "step": STRING, "index": INTEGER}
_PLAIN: Final = frozenset({"string", "number", "integer", "boolean", "null", "array", "object"})


class Inference:
    """Finds the types of expressions.

    Args:
        results: The type of what each instance returns, as far as it is known.
        params: The types of the workflow's own parameters.
        findings: Gets what is certainly wrong.
        answers: The types of what is filled in at approvals.
    """

    def __init__(
        self,
        results: Mapping[str, Type | None],
        params: Mapping[str, Type],
        findings: Findings,
        answers: Mapping[str, Type] | None = None,
    ) -> None:
        self._answers = answers or {}
        self._results = results
        self._params = params
        self._findings = findings
        self._parts = Parts(findings)
        self._present: frozenset[str] = frozenset()
        self._failures: Mapping[str, Type] = {}

    @contextmanager
    def knowing(self, present: frozenset[str]) -> Iterator[None]:
        """Take it that some expressions are not null (`wt_compiler.types.presence`)."""
        before, self._present = self._present, self._present | present
        try:
            yield
        finally:
            self._present = before

    @contextmanager
    def handling(self) -> Iterator[None]:
        """Take it that there is a failure, as there is for a handler alone."""
        self._failures = _FAILURES
        try:
            yield
        finally:
            self._failures = {}

    def of(self, value: Expression) -> Type | None:
        """The type of an expression; None if it is not known. Mistakes inside of it are reported."""
        found = self._of(value)
        if found is not None and self._present and written(value) in self._present:
            return without_null(found)
        return found

    def _of(self, value: Expression) -> Type | None:
        match value:
            case Reference():
                return self._results.get(value.instance_id)
            case EnvVariable() | Secret():
                return SETTING
            case Parameter():
                return self._params.get(value.name)
            case LoopValue():
                return INTEGER if value.name == "index" else self._results.get(LAST)
            case Failure():
                return self._failures.get(value.name)
            case Approved():
                return self._answers.get(value.instance_id)
            case Constant():
                return constant(value.value)
            case Text():
                self._each(value)
                return STRING
            case Items():
                found = self._each(value)
                return tuple_of([each or Type({}, {}) for each in found])
            case Attribute():
                owner = self.of(value.owner)
                return self._parts.attribute(owner, value.name, value.position) if owner else None
            case Index():
                owner, index = self.of(value.owner), self.of(value.index)
                return self._parts.index(owner, index, value.position) if owner else None
            case Prefixed():
                operand = self.of(value.operand)
                return BOOLEAN if value.operator == "not" else self._negative(operand, value.position)
            case Operation():
                return self._operation(value)
            case Call():
                return self._call(value)
        return None

    def _each(self, value: Expression) -> list[Type | None]:
        return [self.of(part) for part in value.parts]

    def _negative(self, operand: Type | None, at: Position) -> Type | None:
        kinds = _kinds(operand)
        if kinds and not kinds & _NUMERIC:
            self._fail(f"{_words(operand)} has no negative", at)
        return (
            operand if kinds and kinds <= {"integer", "number"} and "const" not in (operand or NUMBER).schema else None
        )

    def _operation(self, value: Operation) -> Type | None:
        operator = value.operator
        left = self.of(value.left)
        if operator in {"and", "or"}:
            with self.knowing(present(value.left, holds=operator == "and")):
                right = self.of(value.right)
            if left is None or right is None:
                return None
            return union_of([without_null(left) if operator == "or" else left, right])
        right = self.of(value.right)
        if operator in _COMPARING:
            self._compare(value, left, right)
            return BOOLEAN
        if operator in {"/", "//", "%"} and isinstance(value.right, Constant) and value.right.value == 0:
            self._fail("this divides by zero", value.position)
            return None
        return self._arithmetic(value, left, right)

    def _compare(self, value: Operation, left: Type | None, right: Type | None) -> None:
        operator, at = value.operator, value.position
        kinds, others = _kinds(left), _kinds(right)
        if operator in _ORDER and self._report_null(value, left, right):
            return
        if operator in _ORDER and kinds and others:
            ordered = (kinds <= _NUMERIC and others <= _NUMERIC) or bool(kinds & others & {"string", "array"})
            if not ordered and not (kinds & _NUMERIC and others & _NUMERIC):
                self._fail(f"{_words(left)} and {_words(right)} have no order", at)
        elif operator in {"in", "not in"} and others and not others & {"array", "object", "string"}:
            self._fail(f"nothing is in {_words(right)}", at)

    def _report_null(self, value: Operation, left: Type | None, right: Type | None) -> bool:
        """Report the operand that may be null, if there is one."""
        found = next((o for o, of in ((value.left, left), (value.right, right)) if may_be_null(of)), None)
        if found is not None:
            message = f"this may be null, which does not go with {value.operator!r}"
            self._fail(message, found.position, "write 'default(…, …)' around it")
        return found is not None

    def _arithmetic(self, value: Operation, left: Type | None, right: Type | None) -> Type | None:
        operator, at = value.operator, value.position
        kinds, others = _kinds(left), _kinds(right)
        if self._report_null(value, left, right) or not kinds or not others:
            return None
        if kinds <= _NUMERIC and others <= _NUMERIC:
            whole = operator != "/" and "number" not in kinds | others
            return INTEGER if whole else NUMBER
        same = kinds & others & {"string", "array"}
        if (operator == "+" and same) or (kinds & _NUMERIC and others & _NUMERIC):
            return STRING if kinds == others == {"string"} else None
        if (operator == "*" and (kinds | others) & {"integer"}) or (operator == "%" and "string" in kinds):
            return None
        self._fail(f"{operator!r} does not go with {_words(left)} and {_words(right)}", at)
        return None

    def _call(self, value: Call) -> Type | None:
        found = self._each(value)
        if value.function == "len":
            kinds = _kinds(found[0])
            if kinds and not kinds & {"array", "object", "string"}:
                self._fail(f"{_words(found[0])} has no length", value.position)
            return INTEGER
        if value.function == "skipped":
            return BOOLEAN
        if value.function == "default":
            return self._default(*found)
        if value.function == "format":
            self._check_format(value, found[1:])
            return STRING
        self._check_join(found[0], found[1], value)
        return STRING

    def _default(self, value: Type | None, otherwise: Type | None) -> Type | None:
        options = alternatives(value) if value else None
        if options is None or otherwise is None:
            return None
        return union_of([*(option for option in options if kind(option) != "null"), otherwise])

    def _check_format(self, value: Call, given: list[Type | None]) -> None:
        template = value.arguments[0]
        if not isinstance(template, Constant) or not isinstance(template.value, str):
            self._fail("'format' needs a text in quotes first", template.position)
            return
        try:
            places = [(name, spec) for _, name, spec, _ in string.Formatter().parse(template.value) if name is not None]
        except ValueError as error:
            self._fail(f"this is no text to be filled in: {error}", template.position)
            return
        names = [name for name, _ in places]
        wanted = len(names) if not any(names) else max((int(n) + 1 for n in names if n.isdecimal()), default=0)
        if any(name and not name.isdecimal() for name in names) or (any(names) and not all(names)):
            self._fail("'format' fills in {} or {0}, {1}, …", template.position)
        elif wanted != len(given):
            self._fail(f"the text has places for {wanted}, and there are {len(given)} values", template.position)
        for number, (name, spec) in enumerate(places):
            at = int(name) if name.isdecimal() else number
            what = _kinds(given[at]) if at < len(given) else None
            if spec and what and len(what) == 1 and not _formats(next(iter(what)), spec):
                self._fail(f"{spec!r} is no format of {_words(given[at])}", value.arguments[at + 1].position)

    def _check_join(self, values: Type | None, separator: Type | None, call: Call) -> None:
        kinds, others = _kinds(values), _kinds(separator)
        if kinds and not kinds & {"array", "object"}:
            hint = "the elements come first: write join(values, ', ')" if kinds == {"string"} else None
            self._fail(f"{_words(values)} has no elements to join", call.arguments[0].position, hint)
        elif others and "string" not in others:
            self._fail("what 'join' puts in between is a text", call.arguments[1].position)

    def _fail(self, message: str, at: Position, hint: str | None = None) -> None:
        self._findings.error(Code.EXPRESSION_FAILS, message, at, hint)


def _formats(kind: str, spec: str) -> bool:
    """Whether a value of some JSON type can be written in a format, as far as that is known."""
    if kind not in _SAMPLES or "{" in spec:
        return True
    try:
        format(_SAMPLES[kind], spec)
    except ValueError:
        return False
    return True


def _kinds(of: Type | None) -> frozenset[str] | None:
    """The JSON types that a value can have; None if they are not all known, or it may be a class of a library."""
    options = alternatives(of) if of is not None else None
    if options is None:
        return None
    kinds = frozenset(str(kind(option)) for option in options)
    vague = any(option.get("format") or option.get("enum") or option.get("pattern") for option in options)
    return kinds if kinds <= _PLAIN and not vague else None


def _words(of: Type | None) -> str:
    return describe(of) if of is not None else "this"
