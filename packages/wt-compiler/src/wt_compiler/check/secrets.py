"""A secret may go to a task; it must not go where everybody reads it."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.spec import Spec
from wt_compiler.values import Secret, Value, expressions, references

_HINT = "give it to the task that needs it, and to nothing else"


def check_secrets(spec: Spec) -> None:
    """Report every secret that the workflow would return, or show to whoever is asked for an approval.

    What a task does with a secret is not known here; a run masks it in all that it says and writes.
    """
    returned: list[Value] = [output.value for output in spec.outputs]
    names = {reference.instance_id for reference in references(returned)}
    names |= {spec.last.text} if not spec.outputs and spec.last is not None else set()
    for switch in spec.switches:
        if switch.id is not None and switch.id.text in names:
            returned += switch.results
    _report(spec, returned, "would stand in the workflow's result")
    asked: list[Value] = [each.approval.reason for each in spec.instances if each.approval]
    _report(spec, asked, "would be shown to whoever is asked")


def _report(spec: Spec, values: list[Value], what: str) -> None:
    for expression in expressions(values):
        if isinstance(expression, Secret):
            message = f"the secret {expression.name!r} {what}"
            spec.findings.error(Code.SECRET_IN_RESULT, message, expression.position, _HINT)
