"""What stands in for a call that fails for good: the task of `on-error`."""

from __future__ import annotations

from typing import Final

from wt_compiler.document import MapNode
from wt_compiler.execution import AS_USUAL
from wt_compiler.findings import Findings
from wt_compiler.parse_value import read_value
from wt_compiler.shape import check_keys, is_null, read_map, read_string, require
from wt_compiler.spec import Argument, InstanceSpec, Name

HANDLER_KEYS: Final = ("task", "partial")


def read_handler(item: MapNode, own: Name | None, findings: Findings) -> InstanceSpec | None:
    """Read the handler of an instance, which is like an instance that nothing but its failure starts.

    Args:
        item: The instance.
        own: Its id.
        findings: Gets what is wrong.
    """
    handler = item.get("on-error")
    if not isinstance(handler, MapNode):
        return None
    check_keys(handler, HANDLER_KEYS, "'on-error'", findings)
    task_node = require(handler, "task", "'on-error'", findings)
    task = read_string(task_node, "'task'", findings) if task_node else None
    partial = handler.get("partial")
    arguments = read_map(partial, "'partial'", findings) if partial is not None and not is_null(partial) else None
    return InstanceSpec(
        id=own,
        title="",
        task=Name(task, task_node.position) if task is not None and task_node else None,
        partial=tuple(
            Argument(Name(name, entry.key.position), read_value(entry.value, findings, was_literal=False), entry.value)
            for name, entry in (arguments.entries.items() if arguments else ())
        ),
        mapping=None,
        skipif=None,
        when=None,
        loop=None,
        execution=AS_USUAL,
        position=handler.position,
    )
