"""Which task instances run: `when`."""

from __future__ import annotations

from typing import Final

from wt_contracts.codes import Code

from wt_compiler.document import Node, ScalarNode
from wt_compiler.expression.reading import CLOSING, OPENING
from wt_compiler.findings import Findings
from wt_compiler.flow import Condition
from wt_compiler.parse_value import UNKNOWN, read_value
from wt_compiler.shape import is_null, refuse
from wt_compiler.values import EnvVariable, Expression, Secret, Text

FLOW_KEYS: Final = ("when",)


def read_condition(node: Node | None, what: str, findings: Findings) -> Condition | None:
    """Read an expression that is true or false.

    Args:
        node: What the spec says there.
        what: The key, in quotes.
        findings: Gets what is wrong, also of a condition that never changes.
    """
    if node is None or is_null(node):
        return None
    text = node.value if isinstance(node, ScalarNode) else None
    if not isinstance(text, str):
        hint = "write '${{ … }}'"
        if isinstance(text, bool):
            message = f"{what} is always {str(text).lower()} here"
            findings.error(Code.WRONG_VALUE, message, node.position, "write a condition, '${{ … }}', or remove the key")
        else:
            refuse(node, what, "an expression", findings, hint)
        return None
    value = read_value(node, findings)
    if not isinstance(value, Expression):
        always = isinstance(value, bool) or value is None or OPENING in text
        hint = "write a condition, or remove the key" if always else f"write '{OPENING} {text.strip()} {CLOSING}'"
        message = f"{what} never changes" if always else f"{what} must be an expression, not a text"
        findings.error(Code.WRONG_VALUE, message, node.position, hint)
        return None
    _check_text(value, what, findings)
    inner = text.strip().removeprefix(OPENING).removesuffix(CLOSING)
    return Condition(value, " ".join(inner.split()))


def _check_text(value: Expression, what: str, findings: Findings) -> None:
    """A text that is not empty is true, whatever it says."""
    if isinstance(value, Text):
        message, hint = f"{what} is a text here, which is always true", "write a single '${{ … }}'"
        findings.error(Code.WRONG_VALUE, message, value.position, hint)
    elif isinstance(value, EnvVariable | Secret) and value.name != UNKNOWN:
        message = f"{value.name} is a text, which is true unless it is empty"
        findings.error(Code.WRONG_VALUE, message, value.position, f"compare it: env.{value.name} == 'yes'")
