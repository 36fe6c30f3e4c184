"""What is asked before an instance runs, and where the answers are used."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.check.params import check_schema
from wt_compiler.spec import InstanceSpec, Spec
from wt_compiler.values import Approved, Value, expressions


def check_approvals(spec: Spec) -> None:
    """Check the forms of all approvals, and every `approval.<id>`.

    Args:
        spec: The spec; its findings get wrong schemas, and answers to what nobody has been asked.
    """
    asked: dict[str, None] = {}
    for instance in spec.instances:
        approval = instance.approval
        how = instance.as_one_step
        if how and instance.uses and asks(instance.uses.spec):
            message = f"{instance.callee} has an approval, which cannot stand {how}"
            hint = "let an instance outside of it wait for the approval"
            spec.findings.error(Code.WRONG_VALUE, message, instance.callee_position, hint)
        _check(spec, instance.before, asked, "what comes before an approval cannot know its answer")
        if approval is not None:
            for field in approval.form:
                check_schema(field, spec.findings)
            if instance.id is not None:
                asked[instance.id.text] = None
        _check(spec, [*instance.arguments, *instance.after], asked, "")
    _check(spec, [output.value for output in spec.outputs], asked, "")


def asks(spec: Spec | None) -> bool:
    """Whether anything in a spec has to be approved."""
    instances = spec.instances if spec is not None else []
    return any(each.approval or (each.uses and asks(each.uses.spec)) for each in instances)


def _check(spec: Spec, values: list[Value], asked: dict[str, None], why: str) -> None:
    """Report every answer to what was not asked before."""
    for expression in expressions(values):
        if not isinstance(expression, Approved) or expression.instance_id in asked:
            continue
        name = expression.instance_id
        known = next((each for each in spec.instances if each.id and each.id.text == name), None)
        if known is not None and known.approval:
            hint = why or "an expression uses what was asked earlier: move one of the two"
            message = f"{name!r} is not approved before this"
            spec.findings.error(Code.LATER_REFERENCE, message, expression.position, hint)
        else:
            spec.findings.error(
                Code.UNKNOWN_REFERENCE, _unasked(name, known), expression.position, _hint(spec, name, asked, known)
            )


def _unasked(name: str, known: InstanceSpec | None) -> str:
    return f"{name!r} has no 'approval'" if known else f"there is no task instance {name!r}"


def _hint(spec: Spec, name: str, asked: dict[str, None], known: InstanceSpec | None) -> str | None:
    return "add 'approval' to it" if known else spec.findings.suggest(name, asked)
