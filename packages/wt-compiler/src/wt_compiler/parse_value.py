"""What an argument is bound to: literals, and expressions anywhere inside of them."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.document import ListNode, Node, ScalarNode
from wt_compiler.expression.mistake import WrongExpressionError
from wt_compiler.expression.places import places
from wt_compiler.expression.reading import forgets_dollar, read_text
from wt_compiler.findings import Findings
from wt_compiler.values import Constant, EnvVariable, Text, Value

UNKNOWN = "?"
"""The name of the variable that stands for a value which was reported and could not be read."""


def read_value(node: Node, findings: Findings, *, was_literal: bool = True) -> Value:
    """The value that a node stands for.

    Args:
        node: The node, nested no deeper than the composer allows.
        findings: Gets wrong expressions, and what was no expression before version 0.51.
        was_literal: Whether a text with an expression inside was a literal before.
    """
    if isinstance(node, ScalarNode):
        return _read_scalar(node, findings, was_literal=was_literal)
    if isinstance(node, ListNode):
        return [read_value(item, findings) for item in node.items]
    for name, entry in node.entries.items():
        if "${{" in name or forgets_dollar(name):
            findings.warn(Code.EXPRESSION_IN_TEXT, f"the key {name!r} is a text, not an expression", entry.key.position)
    return {name: read_value(entry.value, findings) for name, entry in node.entries.items()}


def _read_scalar(node: ScalarNode, findings: Findings, *, was_literal: bool) -> Value:
    if node.broken:
        return EnvVariable(UNKNOWN, node.position)
    text = node.value
    if not isinstance(text, str) or "{" not in text:
        return text
    place = places(node, text, findings.lines)
    try:
        found = read_text(text, place)
    except WrongExpressionError as error:
        findings.error(Code.WRONG_EXPRESSION, str(error), place(error.offset), error.hint)
        return EnvVariable(UNKNOWN, node.position)
    if isinstance(found, Text) and was_literal:
        message = (
            "this text has an expression in it, which is replaced by its value; before, it stayed as it is written"
        )
        findings.warn(Code.EXPRESSION_IN_TEXT, message, node.position, "write '$${{' for a text that holds '${{'")
    elif found is None and "${{" not in text and forgets_dollar(text):
        message = "this text is no expression and stays as it is written"
        findings.warn(Code.EXPRESSION_IN_TEXT, message, node.position, "an expression starts with '${{'")
    if found is None:
        return text
    if not isinstance(found, Constant):
        return found
    if found.value == text:
        message = "this text is no expression and stays as it is written: there is no '}}' behind '${{'"
        findings.warn(Code.EXPRESSION_IN_TEXT, message, node.position, "write '$${{' for a text that holds '${{'")
    return found.value
