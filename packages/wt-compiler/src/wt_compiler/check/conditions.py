"""Conditions under which instances are skipped: an asynchronous one can be asked by an asynchronous task alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wt_contracts.codes import Code

from wt_compiler.check.approvals import asks
from wt_compiler.findings import Findings

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved


def check_conditions(resolved: Iterable[Resolved], findings: Findings) -> None:
    """Check that whoever is skipped under a condition can wait for its answer.

    Args:
        resolved: The instances with their tasks and conditions looked up.
        findings: Gets what is wrong.
    """
    for item in resolved:
        waiting = [entry.function_name for entry in item.conditions if entry.is_async]
        if not waiting or item.task is None or item.spec.skipif is None:
            continue
        named = next((name for name in item.spec.skipif.conditions if name.text.endswith(waiting[0])), None)
        position = named.position if named is not None else item.spec.position
        if item.sub is not None and asks(item.sub.spec):
            message = f"the condition {waiting[0]!r} is asynchronous, and {item.spec.callee} has an approval"
            hint = "make the condition an ordinary function, or let an instance outside of it wait for the approval"
            findings.error(Code.WRONG_VALUE, message, position, hint)
        elif not item.task.is_async:
            called = item.spec.callee if item.sub is not None else f"the task {item.task.function_name!r}"
            message = f"the condition {waiting[0]!r} is asynchronous, and {called} is not"
            hint = "make the condition an ordinary function, or the task an 'async def'"
            findings.error(Code.WRONG_VALUE, message, position, hint)
