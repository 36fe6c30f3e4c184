"""Expressions of a spec as Python source: as they are written, with the parentheses that they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from wt_compiler.emit.literals import Literals, quoted, scalar
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
    Prefixed,
    Reference,
    Secret,
    Text,
    Value,
    references,
)

CONDITIONAL, NOT, COMPARISON, SIGN, ATOM = 0, 3, 4, 7, 8
_BINDING: Final = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6}
_OPPOSITE: Final = {"in": "not in", "not in": "in", "==": "!=", "!=": "=="}
_IDENTITY: Final = {"==": "is", "!=": "is not"}
"""How Python compares with None, True and False, as linters want it."""

SENTINEL: Final = "SKIP_SENTINEL"
"""What stands for the result of a step that was skipped."""

FAILED: Final = "failed"
"""The variable that holds what a handler is told."""

SHARED: Final = "shared"
"""The variable that holds the parameters of the workflow as a whole."""


class ExpressionSource:
    """Writes expressions.

    Args:
        variable: The name of the variable that holds what a task instance returned.
        skippable: Whether a task instance may be skipped.
        keyed: Whether an expression gives a mapping whose keys are written as attributes.
        answer: The name of the variable that holds what was filled in at the approval of a task instance.
        last: The name of the variable that holds what the last round of a loop gave.
        index: The name of the variable that holds the number of the round.
    """

    def __init__(
        self,
        variable: Callable[[str], str],
        skippable: Callable[[str], bool],
        keyed: Callable[[Expression], bool] = lambda _: False,
        answer: Callable[[str], str] = "approval.{}".format,
        *,
        last: str = "loop.last",
        index: str = "loop.index",
    ) -> None:
        self._of_loop = {"last": last, "index": index}
        self._keyed = keyed
        self._variable = variable
        self._skippable = skippable
        self._answer = answer

    def source(self, value: Expression) -> str:
        """An expression of Python's; unformatted."""
        return self._written(value)[0]

    def _written(self, value: Expression) -> tuple[str, int]:
        """The source, and how strongly its outermost operator binds."""
        match value:
            case Reference():
                return self._variable(value.instance_id), ATOM
            case Failure():
                return f"{FAILED}.{value.name}", ATOM
            case Approved():
                return self._answer(value.instance_id), ATOM
            case EnvVariable():
                return f"env({quoted(value.name)})", ATOM
            case Secret():
                return f"secret({quoted(value.name)})", ATOM
            case Parameter():
                return f"{SHARED}[{quoted(value.name)}]", ATOM
            case LoopValue():
                return self._of_loop[value.name], ATOM
            case Constant():
                negative = isinstance(value.value, int | float) and value.value < 0
                return scalar(value.value), SIGN if negative else ATOM
            case Items():
                return f"[{', '.join(map(self.source, value.items))}]", ATOM
            case Attribute():
                part = f"[{quoted(value.name)}]" if self._keyed(value.owner) else f".{value.name}"
                return f"{self._owner(value.owner)}{part}", ATOM
            case Index():
                return f"{self._owner(value.owner)}[{self.source(value.index)}]", ATOM
            case Prefixed():
                return self._prefixed(value)
            case Operation():
                return self._operation(value)
            case Call():
                return self._call(value)
            case Text():
                return self._text(value), ATOM
        raise TypeError(f"an expression of an unknown kind: {value!r}")

    def _inside(self, value: Expression, minimum: int) -> str:
        source, binding = self._written(value)
        return source if binding >= minimum else f"({source})"

    def _owner(self, value: Expression) -> str:
        source = self._inside(value, ATOM)
        return f"({source})" if isinstance(value, Constant) and not isinstance(value.value, str) else source

    def _prefixed(self, value: Prefixed) -> tuple[str, int]:
        operand = value.operand
        if value.operator == "-":
            return f"-{self._inside(operand, SIGN)}", SIGN
        if isinstance(operand, Operation) and operand.operator in _OPPOSITE:  # as linters want it
            opposite = Operation(_OPPOSITE[operand.operator], operand.left, operand.right, operand.position)
            return self._operation(opposite)
        if isinstance(operand, Call) and operand.function == "skipped":
            return f"{self.source(operand.arguments[0])} is not {SENTINEL}", COMPARISON
        return f"not {self._inside(operand, NOT)}", NOT

    def _operation(self, value: Operation) -> tuple[str, int]:
        operator, left, right = value.operator, value.left, value.right
        if operator in _BINDING:
            binding = _BINDING[operator]
            return f"{self._inside(left, binding)} {operator} {self._inside(right, binding + 1)}", binding
        if operator in _IDENTITY and _is_singleton(left):
            left, right = right, left
        if _is_singleton(right) and not isinstance(left, Constant | Items):
            operator = _IDENTITY.get(operator, operator)
        left_source, right_source = (self._inside(each, COMPARISON + 1) for each in (left, right))
        return f"{left_source} {operator} {right_source}", COMPARISON

    def _call(self, value: Call) -> tuple[str, int]:
        arguments = value.arguments
        if value.function == "len":
            return f"len({self.source(arguments[0])})", ATOM
        if value.function == "skipped":
            return f"{self.source(arguments[0])} is {SENTINEL}", COMPARISON
        if value.function == "default":
            return self._default(*arguments)
        if value.function == "format":
            rest = ", ".join(map(self.source, arguments[1:]))
            return f"{self._owner(arguments[0])}.format({rest})", ATOM
        return f"{self._owner(arguments[1])}.join(map(str, {self.source(arguments[0])}))", ATOM

    def _default(self, value: Expression, otherwise: Expression) -> tuple[str, int]:
        if isinstance(value, EnvVariable):
            return f"env({quoted(value.name)}, {self.source(otherwise)})", ATOM
        source = self._inside(value, COMPARISON + 1)
        skipped = dict.fromkeys(r.instance_id for r in references(value) if self._skippable(r.instance_id))
        absent = dict.fromkeys(f"{self._variable(name)} is {SENTINEL}" for name in skipped)
        if skipped:
            absent[f"{source} is {SENTINEL}"] = None
        absent[f"{source} is None"] = None
        return f"{self._inside(otherwise, 1)} if {' or '.join(absent)} else {self._inside(value, 1)}", CONDITIONAL

    def _text(self, value: Text) -> str:
        """An f-string, if that can be read; else a call of `format`."""
        body = ""
        for piece in value.pieces:
            if isinstance(piece, Constant):
                literal = quoted(str(piece.value).replace("{", "{{").replace("}", "}}"))
                if literal[0] != '"':
                    return self._formatted(value)
                body += literal[1:-1]
            else:
                source = self.source(piece)
                if any(character in source for character in "'\\{}\n"):
                    return self._formatted(value)
                body += f"{{{source.replace(chr(34), chr(39))}}}"
        return f'f"{body}"'

    def _formatted(self, value: Text) -> str:
        texts = [
            str(piece.value).replace("{", "{{").replace("}", "}}") if isinstance(piece, Constant) else "{}"
            for piece in value.pieces
        ]
        rest = [self.source(piece) for piece in value.pieces if not isinstance(piece, Constant)]
        return f"{quoted(''.join(texts))}.format({', '.join(rest)})"


def written(value: Value) -> str:
    """A value as Python source, for comparison: places in the file do not count."""
    return Literals(ExpressionSource(str, lambda _: False).source).source(value)


def _is_singleton(value: Expression) -> bool:
    return isinstance(value, Constant) and (value.value is None or isinstance(value.value, bool))
