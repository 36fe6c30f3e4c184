"""Mistakes in the syntax of a spec."""

from __future__ import annotations

import re
from typing import Any, Final

from wt_contracts.codes import Code

from wt_compiler.findings import Findings
from wt_compiler.values import Position

MASK: Final = "\ue000"
"""What an unquoted expression is overwritten with, to read on behind it: a character of the private use area."""

_EXPRESSION: Final = re.compile(r"\$\{\{.*?\}\}")


def mask_expression(text: str, error: Any, findings: Findings) -> str | None:
    """Report an unquoted `${{ … }}` inside `[…]` or `{…}`, if that is what libyaml stopped at.

    Returns:
        The text with that expression overwritten, every other character where it was; empty if the expression does not
        end in its line; None if it is something else, which is not reported yet.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None or mark.line >= len(findings.lines):
        return None
    line = findings.lines[mark.line]
    start = mark.column - 1
    if start < 0 or line[start : start + 3] != "${{":
        return None
    found = _EXPRESSION.match(line, start)
    expression = found.group() if found else "${{ … }}"
    message = "YAML reads an expression inside [ ] or { } as a mapping unless it is in quotes"
    findings.error(Code.UNQUOTED_EXPRESSION, message, Position(mark.line + 1, start + 1), f"quote it: '{expression}'")
    if not found:
        return ""
    lines = re.split("(\r\n|[\n\r\x85\u2028\u2029])", text)
    masked = lines[2 * mark.line]
    lines[2 * mark.line] = masked[:start] + MASK * len(expression) + masked[found.end() :]
    return "".join(lines)


def report_syntax_error(error: Any, text: str, findings: Findings) -> None:
    """Say what is wrong with a text that is no YAML.

    Args:
        error: What PyYAML raised.
        text: The text.
        findings: Gets the error.
    """
    from wt_contracts.yaml_syntax import explain_yaml

    found = explain_yaml(error, text)
    place = None if found.line is None or found.column is None else Position(found.line, found.column)
    findings.error(Code.YAML_SYNTAX, str(found), place, found.hint)
