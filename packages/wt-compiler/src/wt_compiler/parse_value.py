"""What an argument is bound to: literals, and expressions anywhere inside of them."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.document import ListNode, Node, ScalarNode
from wt_compiler.expressions import WrongExpressionError, contains_expression, parse_expression
from wt_compiler.findings import Findings
from wt_compiler.values import EnvVariable, Value

UNKNOWN = "?"
"""The name of the variable that stands for a value which was reported and could not be read."""


def read_value(node: Node, findings: Findings) -> Value:
    """The value that a node stands for.

    Args:
        node: The node, nested no deeper than the composer allows.
        findings: Gets wrong expressions, and texts that have an expression in them.
    """
    if isinstance(node, ScalarNode):
        return _read_scalar(node, findings)
    if isinstance(node, ListNode):
        return [read_value(item, findings) for item in node.items]
    for name, entry in node.entries.items():
        if contains_expression(name):
            findings.warn(Code.EXPRESSION_IN_TEXT, f"the key {name!r} is a text, not an expression", entry.key.position)
    return {name: read_value(entry.value, findings) for name, entry in node.entries.items()}


def _read_scalar(node: ScalarNode, findings: Findings) -> Value:
    if node.broken:
        return EnvVariable(UNKNOWN, node.position)
    text = node.value
    if not isinstance(text, str) or "{" not in text:
        return text
    try:
        expression = parse_expression(text, node.position)
    except WrongExpressionError as error:
        findings.error(Code.WRONG_EXPRESSION, str(error), node.position, error.hint)
        return EnvVariable(UNKNOWN, node.position)
    if expression is not None:
        return expression
    if contains_expression(text):
        message = "an expression inside a text stays as it is written"
        findings.warn(Code.EXPRESSION_IN_TEXT, message, node.position, "only a string that is one as a whole is read")
    return text
