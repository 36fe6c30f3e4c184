"""Where a later run can begin: the `checkpoint` of an instance."""

from __future__ import annotations

import re
from typing import Final

from wt_contracts.codes import Code

from wt_compiler.document import MapNode
from wt_compiler.findings import Findings
from wt_compiler.parse_flow import read_condition
from wt_compiler.shape import check_keys, is_null, read_map, read_string, require
from wt_compiler.spec import CheckpointSpec, Name

CHECKPOINT_KEYS: Final = ("name", "when")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_checkpoint(item: MapNode, findings: Findings) -> CheckpointSpec | None:
    """Read what an instance says of its checkpoint.

    Args:
        item: The instance.
        findings: Gets what is wrong.
    """
    node = item.get("checkpoint")
    if node is None or is_null(node):
        return None
    checkpoint = read_map(node, "'checkpoint'", findings, "write 'name: …', and 'when' for a condition")
    if checkpoint is None:
        return None
    check_keys(checkpoint, CHECKPOINT_KEYS, "'checkpoint'", findings)
    name_node = require(checkpoint, "name", "'checkpoint'", findings)
    name = read_string(name_node, "'name'", findings) if name_node is not None else None
    if name is not None and name_node is not None and not _NAME.fullmatch(name):
        message = f"the checkpoint {name!r} cannot be called so"
        hint = "use letters, digits, '-' and '_', at most 64"
        findings.error(Code.WRONG_IDENTIFIER, message, name_node.position, hint)
    return CheckpointSpec(
        name=Name(name, name_node.position) if name is not None and name_node is not None else None,
        when=read_condition(checkpoint.get("when"), "'when'", findings),
    )
