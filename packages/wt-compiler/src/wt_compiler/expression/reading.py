"""From a string of a spec to what it stands for: a text, an expression, or a text with expressions inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from wt_compiler.expression.grammar import parse
from wt_compiler.expression.mistake import WrongExpressionError
from wt_compiler.values import Constant, Expression, Position, Text

OPENING: Final = "${{"
CLOSING: Final = "}}"

_NEARLY: Final = re.compile(r"\$?\{{1,2}\s*(?:workflow|params|secrets|loop)\.[^{}]*\}{1,2}")
_SKIPPED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\}\}|['"]""", re.DOTALL)
_BEGUN: Final = re.compile(r"\s*(?:workflow|env|params|secrets|loop)\.")
_FORGOTTEN: Final = re.compile(r"\{\{\s*(?:workflow|env|params|secrets|loop)\.[^{}]*\}\}")


def read_text(text: str, place: Callable[[int], Position]) -> Expression | None:
    """Read a string that may be or hold an expression.

    Args:
        text: The string. `$${{` in it stands for `${{` itself.
        place: Where a character of the string stands in the spec.

    Returns:
        The expression, if the string is one as a whole; a `Text`, if there are others or text beside it; a constant,
        if there are only escapes; None if there is nothing to read.

    Raises:
        WrongExpressionError: If it has something in it that looks like an expression and is none.
    """
    if OPENING not in text:
        if _NEARLY.fullmatch(text):
            inside = text.strip("${} \t\n")
            hint = f"write '${{{{ {inside} }}}}'"
            raise WrongExpressionError("an expression starts with '${{' and ends with '}}'", hint)
        return None
    pieces = [Constant(p, place(0)) if isinstance(p, str) else p for p in _pieces(text, place)]
    return pieces[0] if len(pieces) == 1 else Text(tuple(pieces), place(0))


def forgets_dollar(text: str) -> bool:
    """Whether a text has `{{ workflow.… }}` in it, which is no expression without a dollar sign."""
    return "{{" in text and _FORGOTTEN.search(text) is not None


def _pieces(text: str, place: Callable[[int], Position]) -> Iterator[str | Expression]:
    """The text and the expressions of a string, in their order."""
    plain = ""
    offset = 0
    while (start := text.find(OPENING, offset)) >= 0:
        if start > 0 and text[start - 1] == "$":
            plain += text[offset : start - 1] + OPENING
            offset = start + len(OPENING)
            continue
        inside = start + len(OPENING)
        end = _end(text, inside, start)
        if end is None:
            break
        plain += text[offset:start]
        if plain:
            yield plain
            plain = ""
        yield parse(text, inside, end, place)
        offset = end + len(CLOSING)
    if plain or offset < len(text):
        yield plain + text[offset:]


def _end(text: str, inside: int, start: int) -> int | None:
    """Where the `}}` stands that closes an expression; one in a quoted text closes nothing.

    Returns:
        None if it is not closed, and does not look as if it were meant to be one.
    """
    offset = inside
    while match := _SKIPPED.search(text, offset):
        if match.group() == CLOSING:
            return match.start()
        if match.group() in "'\"":  # a quote that is never closed
            break
        offset = match.end()
    closing = text.find(CLOSING, inside)
    if closing >= 0:
        return closing
    begun = _BEGUN.match(text, inside) is not None or (start == 0 and text.endswith("}"))
    if not begun:
        return None
    inner = text[inside:].strip(" \t\n}")
    raise WrongExpressionError("'}}' is missing: the expression never ends", f"write '${{{{ {inner} }}}}'", start)
