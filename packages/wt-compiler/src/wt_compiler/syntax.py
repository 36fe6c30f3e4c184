"""What libyaml stumbles over, in words that say what to do."""

from __future__ import annotations

import re
from typing import Any, Final

from wt_contracts.codes import Code

from wt_compiler.findings import Findings
from wt_compiler.values import Position

MASK: Final = "\ue000"
"""What an unquoted expression is overwritten with, to read on behind it: a character of the private use area."""

_REFUSED: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
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
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        _report_character(error, text, findings)
        return
    place = Position(mark.line + 1, mark.column + 1)
    line = findings.lines[mark.line] if mark.line < len(findings.lines) else ""
    problem = str(error.problem)
    context = getattr(error, "context_mark", None)
    opened = Position(context.line + 1, context.column + 1) if context else None
    message, hint, place = _explain(problem, line, place, opened)
    findings.error(Code.YAML_SYNTAX, message, place, hint)


def _report_character(error: Any, text: str, findings: Findings) -> None:
    refused = _REFUSED.search(text)
    if refused is None:
        findings.error(Code.YAML_SYNTAX, f"this is no YAML: {error}".splitlines()[0], None)
        return
    before = re.split("\r\n|[\n\r\x85\u2028\u2029]", text[: refused.start()])
    message = f"the character U+{ord(refused.group()):04X} is not allowed in YAML"
    findings.error(
        Code.YAML_SYNTAX,
        message,
        Position(len(before), len(before[-1]) + 1),
        "remove it, or write \\x… in double quotes",
    )


def _explain(problem: str, line: str, place: Position, opened: Position | None) -> tuple[str, str | None, Position]:
    indent = line[: len(line) - len(line.lstrip())]
    character = line[place.column - 1 : place.column]
    if "\t" in indent and (character == "\t" or "tab" in problem or not line[: place.column - 1].strip()):
        return "a tab in the indentation", "indent with spaces", Position(place.line, indent.index("\t") + 1)
    if "cannot start any token" in problem:
        return f"a text cannot start with {character!r} unless it is in quotes", "put the text in quotes", place
    if "mapping values are not allowed" in problem:
        return "': ' inside a text, or a wrong indentation", "put the text in quotes, or align the key", place
    if "unexpected end of stream" in problem and opened:
        return "the quote that is opened here is never closed", "close it", opened
    if "',' or" in problem and opened:
        bracket = problem[-2]
        message = f"',' or {bracket!r} is missing here"
        return message, f"the bracket was opened in line {opened.line}, column {opened.column}", place
    if "did not find expected key" in problem or "expected '-' indicator" in problem:
        hint = "align it with the lines above, or check the quotes before it"
        return "this belongs neither to the lines above nor starts something new", hint, place
    return f"this is no YAML: {problem}", None, place
