"""`loop.last` and `loop.index` stand where there is a round that they are about, and a condition can come to hold."""

from __future__ import annotations

from collections.abc import Iterator

from wt_contracts.codes import Code

from wt_compiler.findings import Findings
from wt_compiler.spec import InstanceSpec, Spec
from wt_compiler.values import Call, Expression, LoopValue, Reference, Value, expressions


def check_loops(spec: Spec) -> None:
    """Check the loops of all instances.

    Args:
        spec: The spec; its findings get what is wrong.
    """
    for instance in spec.instances:
        for found in _of_loop(instance.after):
            hint = "what the loop has given is '${{ workflow.<id>.return }}'"
            _report(found, f"'loop.{found.name}' is not known behind the loop", hint, spec.findings)
        if instance.loop is None:
            for found in _of_loop(instance.values):
                hint = "give the instance a 'loop'"
                _report(found, f"'loop.{found.name}' is only known in a loop", hint, spec.findings)
        else:
            _check_instance(instance, spec.findings)
    chosen = [value for switch in spec.switches for value in (*switch.before, *switch.results)]
    for found in _of_loop([*chosen, *(output.value for output in spec.outputs)]):
        hint = "what a loop gives in the end is '${{ workflow.<id>.return }}'"
        _report(found, f"'loop.{found.name}' is only known in a loop", hint, spec.findings)


def _check_instance(instance: InstanceSpec, findings: Findings) -> None:
    loop = instance.loop
    assert loop is not None
    early: list[Value] = [*([instance.when.expression] if instance.when else []), *loop.before]
    for found in _of_loop(early):
        message = f"'loop.{found.name}' is not known before the first round"
        _report(found, message, "it can stand in 'partial' and in 'until'", findings)
    until = list(expressions(loop.until.expression)) if loop.until is not None else []
    looks = any(isinstance(each, LoopValue) or _is_own(each, instance) for each in until)
    if loop.until is not None and not looks:
        message = "the condition in 'until' never changes: it does not look at the rounds"
        hint = "use 'loop.last', which is what the round has given"
        findings.error(Code.ENDLESS_LOOP, message, loop.until.expression.position, hint)
    if loop.start is None:
        arguments: list[Value] = [*instance.arguments]
        guarded = {id(inner) for each in expressions(arguments) if _is_default(each) for inner in expressions(each)}
        for found in _of_loop(arguments):
            if found.name == "last" and id(found) not in guarded:
                message = "'loop.last' has no value in the first round"
                _report(found, message, "add 'start' to the loop, or write 'default(loop.last, …)'", findings)


def _of_loop(values: list[Value]) -> Iterator[LoopValue]:
    return (each for each in expressions(values) if isinstance(each, LoopValue))


def _is_default(value: object) -> bool:
    return isinstance(value, Call) and value.function == "default"


def _report(found: LoopValue, message: str, hint: str, findings: Findings) -> None:
    findings.error(Code.NO_LOOP_VALUE, message, found.position, hint)


def _is_own(value: Expression, instance: InstanceSpec) -> bool:
    """Whether it is what the loop itself gives, which is reported elsewhere."""
    return isinstance(value, Reference) and instance.id is not None and value.instance_id == instance.id.text
