"""Expressions over named values, as conditions, loops and checkpoints use them: written as text, evaluated safely.

Python's own parser reads them, and what it gives is compiled to closures once. Only what is listed here is allowed:
names, literals, subscripts, comparisons, arithmetic and a few functions. There are no attributes, no other calls and no
comprehensions, and results are bounded in size: an expression can neither reach what it was not given nor run for long.
(simpleeval, the best-kept library for this, walks the tree at every evaluation, allows attributes, which it must then
fence in, and has no columns.)
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from wt_engine.errors import suggestion

Values = Mapping[str, Any]
Evaluate = Callable[[Values], Any]

LONGEST = 4096
"""Characters that an expression may have."""
DEEPEST = 60
"""How deep its parts may be nested."""
_BITS = 100_000
_ITEMS = 1_000_000

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (abs, all, any, bool, float, int, len, max, min, round, sorted, str, sum)
}
_KEYWORDS = frozenset({"default", "ndigits", "reverse", "start"})


class ExpressionError(ValueError):
    """An expression that is not allowed, or that cannot be evaluated with the values there are.

    Args:
        message: What is wrong.
        expression: The whole expression.
        column: Where in it, from 1.
        missing: The name that there is no value for, if that is what is wrong.
    """

    def __init__(self, message: str, expression: str, column: int = 1, missing: str | None = None) -> None:
        self.expression = expression
        self.column = column
        self.missing = missing
        self.reason = message
        shown = expression.expandtabs(1).replace("\n", " ")
        super().__init__(f"{message}\n  {shown}\n  {' ' * (column - 1)}^ (column {column})")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.expression, self.column, self.missing)


class Expression:
    """An expression, checked and compiled.

    Args:
        text: The expression, in Python's syntax.

    Attributes:
        text: The expression.
        names: The names that it uses.

    Raises:
        ExpressionError: It is no expression, or uses something that is not allowed.
    """

    __slots__ = ("_evaluate", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        tree = _parsed(text)
        compiler = _Compiler(text)
        self._evaluate = compiler.visit(tree.body, 0)
        self.names = frozenset(compiler.names)

    def evaluate(self, values: Values) -> Any:
        """Its value.

        Args:
            values: The values of names.

        Raises:
            ExpressionError: A name has no value, or an operation fails or would become too big.
        """
        return self._evaluate(values)

    def holds(self, values: Values) -> bool:
        """Whether its value counts as true.

        Raises:
            ExpressionError: It cannot be evaluated, or its value is neither true nor false (as of an array).
        """
        value = self._evaluate(values)
        try:
            return bool(value)
        except Exception as error:
            raise ExpressionError(f"its value is neither true nor false: {_said(error)}", self.text) from error

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.text,)


@lru_cache(maxsize=1024)
def expression(text: str) -> Expression:
    """The compiled expression; the same text is compiled once.

    Raises:
        ExpressionError: As for `Expression`.
    """
    return Expression(text)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _parsed(text: str) -> ast.Expression:
    if not isinstance(text, str):
        raise ExpressionError(f"an expression is a text, not {type(text).__name__}", repr(text)[:80])
    if not text.strip():
        raise ExpressionError("the expression is empty", text)
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression is longer than {LONGEST} characters", text[:60] + "...")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(f"this is no expression: {error.msg}", text, error.offset or 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"this is no expression: {_said(error)}", text) from error


_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str | bytes | list | tuple) and len(left) + len(right) > _ITEMS:
        raise OverflowError(f"the result has more than {_ITEMS} items")
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    for one in (left, right):
        if isinstance(one, str | bytes | bytearray | list | tuple):
            raise TypeError("a text or a list cannot be repeated in an expression")
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _BITS:
        raise OverflowError(f"the result has more than {_BITS} bits")
    return left * right


def _remainder(left: Any, right: Any) -> Any:
    if isinstance(left, str | bytes | bytearray):
        raise TypeError("a text cannot be formatted in an expression")
    return left % right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and right > 0 and left.bit_length() * right > _BITS:
        raise OverflowError(f"the result has more than {_BITS} bits")
    return left**right


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _add,
    ast.Sub: operator.sub,
    ast.Mult: _multiply,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: _remainder,
    ast.Pow: _power,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_MEANT = {
    ast.Attribute: "attributes are not allowed; write data['key'] for what a mapping holds",
    ast.NamedExpr: "':=' is not allowed",
    ast.Lambda: "a lambda is not allowed",
    ast.JoinedStr: "an f-string is not allowed",
    ast.Await: "'await' is not allowed",
    ast.Starred: "'*' before a value is not allowed",
}


class _Compiler:
    """Makes closures of a tree.

    Args:
        text: The whole expression, for messages.

    Attributes:
        names: The names that were met.
    """

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self._text = text
        self._indent = len(text) - len(text.lstrip())

    def visit(self, node: ast.expr, depth: int) -> Evaluate:
        """The closure of a part.

        Raises:
            ExpressionError: It is not allowed.
        """
        if depth > DEEPEST:
            raise self._error(f"its parts are nested deeper than {DEEPEST}", node)
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            text = _MEANT.get(type(node), f"{type(node).__name__} is not allowed in an expression")
            raise self._error(text, node)
        made: Evaluate = method(node, depth + 1)
        return made

    def _error(self, message: str, node: ast.AST, missing: str | None = None) -> ExpressionError:
        line = getattr(node, "lineno", 1)
        lines = self._text.lstrip().split("\n")
        before = sum(len(one) + 1 for one in lines[: line - 1])
        # The parser counts bytes.
        inside = len(lines[line - 1].encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        column = self._indent + before + inside + 1
        return ExpressionError(message, self._text, column, missing)

    def _guarded(self, node: ast.AST, compute: Evaluate) -> Evaluate:
        def evaluate(values: Values) -> Any:
            try:
                return compute(values)
            except ExpressionError:
                raise
            except Exception as error:
                raise self._error(f"it cannot be evaluated: {_said(error)}", node) from error

        return evaluate

    def _constant(self, node: ast.Constant, _: int) -> Evaluate:
        value = node.value
        return lambda _: value

    def _name(self, node: ast.Name, _: int) -> Evaluate:
        name = node.id
        self.names.add(name)

        def lookup(values: Values) -> Any:
            try:
                return values[name]
            except KeyError:
                hint = "; it can be called, but is no value" if name in FUNCTIONS else ""
                near = suggestion(name, [str(key) for key in values])
                raise self._error(f"there is no value '{name}'{hint}.{near}", node, name) from None

        return lookup

    def _boolop(self, node: ast.BoolOp, depth: int) -> Evaluate:
        parts = [self.visit(part, depth) for part in node.values]
        wanted = isinstance(node.op, ast.Or)

        def evaluate(values: Values) -> Any:
            result: Any = None
            for part in parts:
                result = part(values)
                if bool(result) is wanted:
                    break
            return result

        return self._guarded(node, evaluate)

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Evaluate:
        operand, apply = self.visit(node.operand, depth), _UNARY[type(node.op)]
        return self._guarded(node, lambda values: apply(operand(values)))

    def _binop(self, node: ast.BinOp, depth: int) -> Evaluate:
        apply = _BINARY.get(type(node.op))
        if apply is None:
            raise self._error(f"the operator {type(node.op).__name__} is not allowed", node)
        left, right = self.visit(node.left, depth), self.visit(node.right, depth)
        return self._guarded(node, lambda values: apply(left(values), right(values)))

    def _compare(self, node: ast.Compare, depth: int) -> Evaluate:
        first = self.visit(node.left, depth)
        pairs = [
            (_COMPARE[type(op)], self.visit(part, depth)) for op, part in zip(node.ops, node.comparators, strict=True)
        ]

        def evaluate(values: Values) -> Any:
            left, result = first(values), True
            for compare, part in pairs:
                right = part(values)
                result = compare(left, right)
                if len(pairs) > 1 and not result:
                    break
                left = right
            return result

        return self._guarded(node, evaluate)

    def _ifexp(self, node: ast.IfExp, depth: int) -> Evaluate:
        test, yes, no = (self.visit(part, depth) for part in (node.test, node.body, node.orelse))
        return self._guarded(node, lambda values: yes(values) if test(values) else no(values))

    def _subscript(self, node: ast.Subscript, depth: int) -> Evaluate:
        thing, key = self.visit(node.value, depth), self.visit(node.slice, depth)

        def evaluate(values: Values) -> Any:
            whole, at = thing(values), key(values)
            try:
                return whole[at]
            except KeyError:
                near = suggestion(str(at), [str(one) for one in whole])
                raise self._error(f"there is no key {at!r}.{near}", node) from None

        return self._guarded(node, evaluate)

    def _slice(self, node: ast.Slice, depth: int) -> Evaluate:
        parts = [None if one is None else self.visit(one, depth) for one in (node.lower, node.upper, node.step)]
        return lambda values: slice(*(None if part is None else part(values) for part in parts))

    def _tuple(self, node: ast.Tuple, depth: int) -> Evaluate:
        return self._items(node, node.elts, tuple, depth)

    def _list(self, node: ast.List, depth: int) -> Evaluate:
        return self._items(node, node.elts, list, depth)

    def _set(self, node: ast.Set, depth: int) -> Evaluate:
        return self._items(node, node.elts, set, depth)

    def _items(self, node: ast.expr, parts: list[ast.expr], kind: Callable[[Any], Any], depth: int) -> Evaluate:
        made = [self.visit(part, depth) for part in parts]
        return self._guarded(node, lambda values: kind([part(values) for part in made]))

    def _dict(self, node: ast.Dict, depth: int) -> Evaluate:
        if any(key is None for key in node.keys):
            raise self._error("'**' is not allowed", node)
        keys = [self.visit(key, depth) for key in node.keys if key is not None]
        made = [self.visit(value, depth) for value in node.values]
        pairs = list(zip(keys, made, strict=True))
        return self._guarded(node, lambda values: {key(values): value(values) for key, value in pairs})

    def _call(self, node: ast.Call, depth: int) -> Evaluate:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = node.func.id if isinstance(node.func, ast.Name) else None
            near = suggestion(name, FUNCTIONS) if name else ""
            known = ", ".join(sorted(FUNCTIONS))
            raise self._error(f"only these functions can be called: {known}.{near}", node)
        function = FUNCTIONS[node.func.id]
        for keyword in node.keywords:
            if keyword.arg not in _KEYWORDS:
                raise self._error(f"the argument '{keyword.arg or '**'}' is not allowed", keyword.value)
        arguments = [self.visit(part, depth) for part in node.args]
        named = [(str(keyword.arg), self.visit(keyword.value, depth)) for keyword in node.keywords]
        return self._guarded(
            node,
            lambda values: function(
                *(part(values) for part in arguments), **{key: part(values) for key, part in named}
            ),
        )
