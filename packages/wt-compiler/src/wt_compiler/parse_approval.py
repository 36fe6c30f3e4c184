"""What a task instance waits for before it runs: `approval`."""

from __future__ import annotations

from typing import Final

from wt_contracts.codes import Code

from wt_compiler.document import MapNode, ScalarNode
from wt_compiler.findings import Findings
from wt_compiler.parse_params import read_fields
from wt_compiler.parse_value import read_value
from wt_compiler.shape import check_keys, is_null, read_map, refuse, require
from wt_compiler.spec import ApprovalSpec

APPROVAL_KEYS: Final = ("reason", "form")


def read_approval(item: MapNode, findings: Findings) -> ApprovalSpec | None:
    """Read what an instance says of its approval.

    Args:
        item: The instance.
        findings: Gets what is wrong.
    """
    node = item.get("approval")
    if node is None or is_null(node):
        return None
    approval = read_map(node, "'approval'", findings, "write 'reason: …', and 'form' for what can be filled in")
    if approval is None:
        return None
    check_keys(approval, APPROVAL_KEYS, "'approval'", findings)
    for method in ("map", "mapvalues"):
        if not is_null(item.get(method)):
            message = f"an approval cannot be in a {method!r}: a person is asked once, not for each element"
            hint = "let an instance of its own wait for the approval, and this one take its result"
            findings.error(Code.WRONG_VALUE, message, item.entries["approval"].key.position, hint)
    reason = require(approval, "reason", "'approval'", findings)
    if reason is not None and not (isinstance(reason, ScalarNode) and isinstance(reason.value, str)):
        refuse(reason, "'reason'", "a text", findings)
        reason = None
    return ApprovalSpec(
        reason=read_value(reason, findings, was_literal=False) if reason is not None else "",
        form=read_fields(approval.get("form"), "'form'", "the field", findings),
        position=item.entries["approval"].key.position,
    )
