"""A switch whose result is used has one in each of its branches."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.spec import Spec
from wt_compiler.values import references


def check_switches(spec: Spec) -> None:
    """Report every branch that gives nothing, of a switch of which something is expected.

    Args:
        spec: The spec; its findings get what is wrong.
    """
    used = {reference.instance_id for reference in references(spec.values)}
    last = spec.last if not spec.outputs else None
    for switch in spec.switches:
        if switch.id is None or not (switch.id.text in used or switch.id == last):
            continue
        for case in switch.cases:
            if case.result is None and not case.instances:
                message = f"the branch {case.label!r} of {switch.id.text!r} gives nothing, and its result is used"
                hint = "add a task, or say what it gives: 'result'"
                spec.findings.error(Code.BRANCH_WITHOUT_RESULT, message, case.position, hint)
