"""What a node of a document must be: each reader gives the value, or reports and gives None."""

from __future__ import annotations

from collections.abc import Collection

from wt_contracts.codes import Code

from wt_compiler.document import ListNode, MapNode, Node, ScalarNode
from wt_compiler.findings import Findings
from wt_compiler.wording import describe_value, shorten

MOST_UNKNOWN_KEYS = 20
"""How many unknown keys of one mapping are reported."""


def describe(node: Node) -> str:
    """The node in a few words, as the end of `must be …, not …`."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a mapping"
    return describe_value(node.value)


def is_null(node: Node | None) -> bool:
    """Whether nothing is written there."""
    return node is None or (isinstance(node, ScalarNode) and node.value is None and not node.broken)


def read_map(node: Node, what: str, findings: Findings, hint: str | None = None) -> MapNode | None:
    """The node if it is a mapping; `what` names it in the error."""
    if isinstance(node, MapNode):
        return node
    refuse(node, what, "a mapping", findings, hint)
    return None


def read_list(node: Node, what: str, findings: Findings, hint: str | None = None) -> ListNode | None:
    """The node if it is a list."""
    if isinstance(node, ListNode):
        return node
    refuse(node, what, "a list", findings, hint)
    return None


def read_string(node: Node, what: str, findings: Findings) -> str | None:
    """The string that stands there."""
    if isinstance(node, ScalarNode) and isinstance(node.value, str) and not node.broken:
        return node.value
    quote = isinstance(node, ScalarNode) and node.value is not None
    refuse(node, what, "a string", findings, "put it in quotes" if quote else None)
    return None


def read_integer(node: Node, what: str, findings: Findings) -> int | None:
    """The integer that stands there, at least 0."""
    if isinstance(node, ScalarNode) and isinstance(node.value, int) and not isinstance(node.value, bool):
        if node.value >= 0:
            return node.value
        findings.error(Code.WRONG_VALUE, f"{what} must not be negative", node.position)
        return None
    refuse(node, what, "an integer", findings)
    return None


def check_keys(node: MapNode, known: Collection[str], what: str, findings: Findings) -> None:
    """Report every key that is not one of the known ones, with the near miss."""
    unknown = [entry.key for name, entry in node.entries.items() if name not in known]
    for key in unknown[:MOST_UNKNOWN_KEYS]:
        name = str(key.value)
        left = [candidate for candidate in known if candidate not in node.entries]
        hint = findings.suggest(name, left, f"known are {', '.join(known)}")
        findings.error(Code.UNKNOWN_KEY, f"{what} has no key {shorten(name)!r}", key.position, hint)
    if len(unknown) > MOST_UNKNOWN_KEYS:
        more = f"{what} has {len(unknown) - MOST_UNKNOWN_KEYS:,} more unknown keys"
        findings.error(Code.UNKNOWN_KEY, more, unknown[MOST_UNKNOWN_KEYS].position)


def require(node: MapNode, key: str, what: str, findings: Findings, hint: str | None = None) -> Node | None:
    """The value under a key that must be there."""
    value = node.get(key)
    if value is None:
        findings.error(Code.MISSING_KEY, f"{what} needs the key {key!r}", node.position, hint)
    return value


def refuse(node: Node, what: str, wanted: str, findings: Findings, hint: str | None = None) -> None:
    """Report a node that is not what it must be; nothing is said of one that could not be read."""
    if isinstance(node, ScalarNode) and node.broken:
        return
    findings.error(Code.WRONG_TYPE, f"{what} must be {wanted}, not {describe(node)}", node.position, hint)
