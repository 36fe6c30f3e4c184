"""Which task instances run, and how often: `when`, `loop`."""

from __future__ import annotations

from typing import Final

from wt_contracts.codes import Code

from wt_compiler.document import MapNode, Node, ScalarNode
from wt_compiler.expression.mistake import WrongExpressionError
from wt_compiler.expression.reading import CLOSING, OPENING, read_text
from wt_compiler.findings import Findings
from wt_compiler.flow import Condition, Loop
from wt_compiler.parse_value import UNKNOWN, read_value
from wt_compiler.shape import check_keys, is_null, read_map, refuse
from wt_compiler.values import EnvVariable, Expression, Position, Secret, Text

FLOW_KEYS: Final = ("when", "loop")
LONGEST: Final = 100_000
"""More rounds than a loop may be written to make."""

_LOOP_KEYS: Final = ("start", "times", "until", "max")


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
        hint = "write a condition, or remove the key"
        wrapped = f"{OPENING} {text.strip()} {CLOSING}"
        if text.strip() and not always and _is_expression(wrapped):
            hint = f"write '{wrapped}'"
        message = f"{what} never changes" if always else f"{what} must be an expression, not a text"
        findings.error(Code.WRONG_VALUE, message, node.position, hint)
        return None
    if isinstance(value, EnvVariable) and value.name == UNKNOWN:  # it is reported already
        return None
    _check_text(value, what, findings)
    return Condition(value, _inner(text))


def _is_expression(text: str) -> bool:
    try:
        read_text(text, lambda _: Position(1, 1))
    except WrongExpressionError:
        return False
    return True


def _check_text(value: Expression, what: str, findings: Findings) -> None:
    """A text that is not empty is true, whatever it says."""
    if isinstance(value, Text):
        message, hint = f"{what} is a text here, which is always true", "write a single '${{ … }}'"
        findings.error(Code.WRONG_VALUE, message, value.position, hint)
    elif isinstance(value, EnvVariable | Secret):
        name = f"{'env' if isinstance(value, EnvVariable) else 'secrets'}.{value.name}"
        message = f"{name} is a text, which is true unless it is empty"
        findings.error(Code.WRONG_VALUE, message, value.position, f"compare it: {name} == 'yes'")


def read_loop(item: MapNode, findings: Findings) -> Loop | None:
    """Read how often an instance calls its task.

    Args:
        item: The instance.
        findings: Gets what is wrong, above all a loop without an end.
    """
    node = item.get("loop")
    if node is None or is_null(node):
        return None
    loop = read_map(node, "'loop'", findings, "write 'times', or 'until' and 'max'")
    if loop is None:
        return Loop(None, None, None, EnvVariable(UNKNOWN, node.position), "?", node.position)
    check_keys(loop, _LOOP_KEYS, "'loop'", findings)
    for method in ("map", "mapvalues"):
        if not is_null(item.get(method)):
            message = f"a task instance has 'loop' or {method!r}, not both"
            findings.error(Code.WRONG_VALUE, message, item.entries["loop"].key.position, "write two instances")
    _check_end(loop, item.entries["loop"].key.position, findings)
    start, most = loop.get("start"), loop.get("max")
    times, until = _read_times(loop.get("times"), findings), read_condition(loop.get("until"), "'until'", findings)
    limit = None if is_null(most) else _read_rounds(most, "'max'", findings)
    return Loop(
        times=times,
        until=until,
        most=limit,
        start=None if start is None else read_value(start, findings),
        text=f"until {until.text}, at most {limit} rounds" if until else _times(loop.get("times")),
        position=item.entries["loop"].key.position,
    )


def _check_end(loop: MapNode, at: Position, findings: Findings) -> None:
    """Report a loop that has no end, or two."""
    counted, conditional = not is_null(loop.get("times")), not is_null(loop.get("until"))
    limited = not is_null(loop.get("max"))
    if counted and (conditional or limited):
        other = loop.entries["until" if conditional else "max"].key
        message = f"a loop has 'times' or {str(other.value)!r}, not both"
        findings.error(Code.ENDLESS_LOOP, message, other.position, "'max' says when to give up a loop with 'until'")
    elif not counted and not conditional:
        hint = "add 'times', or 'until' and 'max'"
        findings.error(Code.ENDLESS_LOOP, "this loop has no end", at, hint)
    elif conditional and not limited:
        message = "this loop has no end if the condition in 'until' never holds"
        findings.error(Code.ENDLESS_LOOP, message, at, "add 'max', the number of rounds after which it fails")


def _read_times(node: Node | None, findings: Findings) -> int | Expression | None:
    if node is None or is_null(node):
        return None
    value = read_value(node, findings)
    if isinstance(value, Expression) and not isinstance(value, Text):
        return value
    return _read_rounds(node, "'times'", findings)


def _read_rounds(node: Node | None, what: str, findings: Findings) -> int | None:
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LONGEST:
        return value
    if node is not None:
        expression = " or an expression" if what == "'times'" else ""
        refuse(node, what, f"a whole number from 1 to {LONGEST:,}{expression}", findings)
    return None


def _times(node: Node | None) -> str:
    text = str(node.value) if isinstance(node, ScalarNode) else "?"
    return f"{_inner(text)} times"


def _inner(text: str) -> str:
    """What stands inside of an expression, in one line."""
    return " ".join(text.strip().removeprefix(OPENING).removesuffix(CLOSING).split())
