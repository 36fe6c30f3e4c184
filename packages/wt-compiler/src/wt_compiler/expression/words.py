"""The words of an expression, each with its place."""

from __future__ import annotations

import ast
import re
from typing import Final, Literal, NamedTuple

from wt_compiler.expression.mistake import WrongExpressionError

Kind = Literal["name", "number", "text", "sign", "end"]

_WORD: Final = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"""|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"|(?P<sign>==|!=|<=|>=|//|\*\*|&&|\|\||[-+*/%<>()\[\].,=!&|?:{}])",
    re.DOTALL,
)
_LONGEST_NUMBER: Final = 300


class Word(NamedTuple):
    """A word of an expression.

    Attributes:
        kind: What it is; `end` stands behind the last one.
        text: How it is written.
        offset: Where it starts in the string of the spec.
        spaced: Whether there is white space before it.
    """

    kind: Kind
    text: str
    offset: int
    spaced: bool = False


def words(text: str, start: int, end: int) -> list[Word]:
    """Split an expression into its words.

    Args:
        text: The string that it stands in.
        start: Where it starts in there, behind the `${{`.
        end: Where it ends, before the `}}`.

    Raises:
        WrongExpressionError: At a character that no word starts with, or a quote that is never closed.
    """
    found: list[Word] = []
    offset, spaced = start, False
    while offset < end:
        match = _WORD.match(text, offset, end)
        if match is None:
            raise _unknown(text[offset], offset)
        kind = match.lastgroup
        if kind != "space":
            if kind == "number" and match.end() - offset > _LONGEST_NUMBER:
                raise WrongExpressionError("a number of more than 300 characters", "write a shorter one", offset)
            found.append(Word(kind, match.group(), offset, spaced))  # type: ignore[arg-type]  # the groups are the kinds
        spaced = kind == "space"
        offset = match.end()
    found.append(Word("end", "", end, spaced))
    return found


def text_of(word: Word) -> str:
    """What a text in quotes stands for.

    Raises:
        WrongExpressionError: If an escape in it is none of Python's.
    """
    import warnings

    literal = word.text.replace("\r", "\\r").replace("\n", "\\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return str(ast.literal_eval(literal))
    except (SyntaxError, ValueError, Warning):
        message = "there is an escape in this text that Python does not know"
        raise WrongExpressionError(message, "write a backslash as '\\\\'", word.offset) from None


def number_of(word: Word) -> int | float:
    """What a number stands for.

    Raises:
        WrongExpressionError: If it is too large for a number of Python's, or has leading zeros.
    """
    text = word.text
    if text.isdigit():
        if len(text) > 1 and text[0] == "0":
            raise WrongExpressionError(
                "a number does not start with 0", f"write {text.lstrip('0') or '0'}", word.offset
            )
        return int(text)
    number = float(text)
    if number == float("inf"):
        raise WrongExpressionError("the number is too large", "write a smaller one", word.offset)
    return number


def _unknown(character: str, offset: int) -> WrongExpressionError:
    if character in "'\"":
        return WrongExpressionError("the quote that is opened here is never closed", "close it", offset)
    return WrongExpressionError(f"the character {character!r} means nothing in an expression", "remove it", offset)
