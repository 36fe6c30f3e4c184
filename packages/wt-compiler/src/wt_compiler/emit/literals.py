"""Values of a spec as Python source."""

from __future__ import annotations

import math
from collections.abc import Callable

from wt_compiler.values import Expression, Value

_DECIMAL_BITS = 10_000
"""Python refuses to read or write decimals of more than 4,300 digits (some 14,000 bits), but not hexadecimals."""

_ONE_LITERAL = 72
"""A longer text of several lines is written line by line."""


class Literals:
    """Writes values.

    Args:
        expression: Writes what stands in `${{ }}`.
    """

    def __init__(self, expression: Callable[[Expression], str]) -> None:
        self._expression = expression

    def source(self, value: Value) -> str:
        """An expression that evaluates to the value; unformatted."""
        if isinstance(value, Expression):
            return self._expression(value)
        if isinstance(value, list):
            return f"[{', '.join(self.source(item) for item in value)}]"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{quoted(key)}: {self.source(item)}' for key, item in value.items())}}}"
        return scalar(value)


def scalar(value: bool | int | float | str | None) -> str:
    """A value without parts, as an expression."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, int) and value.bit_length() > _DECIMAL_BITS:
        return hex(value)
    return repr(value)


def quoted(text: str) -> str:
    """A text as one string literal in ASCII quotes, whatever it holds."""
    literal = repr(text)
    if literal[0] == '"' or '"' in text:
        return literal
    return f'"{literal[1:-1]}"'


def _text(text: str) -> str:
    lines = text.splitlines(keepends=True)
    if len(text) <= _ONE_LITERAL or len(lines) < 2:
        return quoted(text)
    return f"({' '.join(quoted(line) for line in lines)})"
