"""What is wrong with an expression."""

from __future__ import annotations


class WrongExpressionError(Exception):
    """A string that is meant to be an expression and is none.

    Args:
        message: What is wrong.
        hint: What to do.
        offset: Where in the string.
    """

    def __init__(self, message: str, hint: str | None, offset: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.offset = offset
