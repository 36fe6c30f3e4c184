"""`${{ … }}`: what a string in a spec refers to."""

from __future__ import annotations

import re
from typing import Final

from wt_compiler.values import EnvVariable, Position, Reference

_EXPRESSION: Final = re.compile(
    r"\$\{\{\s*(?:workflow\.(?P<id>\w+)\.return|env\.(?P<name>[A-Za-z_][A-Za-z0-9_]*))\s*\}\}"
)
_NEARLY_REFERENCE: Final = re.compile(r"\$?\{{1,2}\s*workflow\.[^{}]*\}{1,2}")
_INSIDE_TEXT: Final = re.compile(r"\$\{\{.*?\}\}|\{\{\s*(?:workflow|env)\.[^{}]*\}\}", re.DOTALL)
_FORMS: Final = "${{ workflow.<id>.return }} or ${{ env.<NAME> }}"


class WrongExpressionError(Exception):
    """A string that is meant to be an expression and is none.

    Args:
        message: What is wrong.
        hint: What to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def parse_expression(text: str, position: Position) -> Reference | EnvVariable | None:
    """Read a string that may be an expression.

    Only a string that is an expression as a whole is one; `pre ${{ env.X }}` is a text.

    Args:
        text: The string.
        position: Where it stands.

    Returns:
        What it refers to; None if it is a text.

    Raises:
        WrongExpressionError: If it looks like an expression as a whole and is none.
    """
    if "{" not in text:
        return None
    if match := _EXPRESSION.fullmatch(text):
        if match["id"] is not None:
            return Reference(match["id"], position)
        return EnvVariable(match["name"], position)
    if text.startswith("${{") and text.endswith("}}"):
        raise _explain(text[3:-2].strip())
    if _NEARLY_REFERENCE.fullmatch(text):
        inside = text.strip("${} \t\n")
        raise WrongExpressionError("an expression starts with '${{' and ends with '}}'", f"write '${{{{ {inside} }}}}'")
    return None


def contains_expression(text: str) -> bool:
    """Whether a text has an expression in it, which stays as it is written."""
    return "{{" in text and _INSIDE_TEXT.search(text) is not None


def _explain(inside: str) -> WrongExpressionError:
    if "}}" in inside or "${{" in inside:
        return WrongExpressionError("two expressions in one string", "a string is one expression or a text")
    head, *rest = inside.split(".")
    if head == "workflow" and len(rest) == 2 and all(map(str.isidentifier, rest)):
        return WrongExpressionError(
            f"a task instance has no {rest[1]!r}, only 'return'", f"write '${{{{ workflow.{rest[0]}.return }}}}'"
        )
    if head == "workflow" and len(rest) == 1 and rest[0].isidentifier():
        return WrongExpressionError("'.return' is missing", f"write '${{{{ workflow.{rest[0]}.return }}}}'")
    if head == "env":
        return WrongExpressionError("this is not the name of an environment variable", "write '${{ env.<NAME> }}'")
    if inside.isidentifier():
        return WrongExpressionError(
            f"{inside!r} alone is no expression", f"write '${{{{ workflow.{inside}.return }}}}'"
        )
    return WrongExpressionError("this is no expression", f"write {_FORMS}")
