"""Each branch of a switch can be taken, and gives something if the result of the switch is used."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.emit.expressions import written
from wt_compiler.spec import CaseSpec, Spec, SwitchSpec
from wt_compiler.values import Constant, references


def check_switches(spec: Spec) -> None:
    """Report every branch that is never taken, or that gives nothing though something is expected of the switch.

    Args:
        spec: The spec; its findings get what is wrong.
    """
    used = {reference.instance_id for reference in references(spec.values)}
    last = spec.last if not spec.outputs else None
    for switch in spec.switches:
        _check_conditions(switch, spec)
        if switch.id is None or not (switch.id.text in used or switch.id == last):
            continue
        for case in switch.cases:
            if case.result is None and not case.instances:
                message = f"the branch {case.label!r} of {switch.id.text!r} gives nothing, and its result is used"
                hint = "add a task, or say what it gives: 'result'"
                spec.findings.error(Code.BRANCH_WITHOUT_RESULT, message, case.position, hint)


def _check_conditions(switch: SwitchSpec, spec: Spec) -> None:
    """Report every case that has the condition of an earlier one; values that are compared are looked at elsewhere."""
    first: dict[str, CaseSpec] = {}
    for case in switch.cases if switch.on is None else ():
        if case.condition is None or isinstance(case.condition, Constant):  # which is reported already
            continue
        earlier = first.setdefault(written(case.condition), case)
        if earlier is not case:
            message = f"the case in line {earlier.position.line} has the same condition"
            spec.findings.error(Code.WRONG_VALUE, message, case.condition.position, "this case is never taken")
