"""What is said of an edge whose ends do not fit, with both places and what to do."""

from __future__ import annotations

from typing import NamedTuple

from wt_contracts.codes import Code

from wt_compiler.findings import Notes
from wt_compiler.spec import InstanceSpec, MappingSpec, Spec
from wt_compiler.types.answer import Mismatch, Reason
from wt_compiler.types.assignability import Assignability
from wt_compiler.types.objects import fields
from wt_compiler.types.schema_type import Type, alternatives, array_of, kind
from wt_compiler.types.wording import describe, explain
from wt_compiler.values import Expression, LoopValue, Parameter, Reference, expressions

_MOST_FIELDS = 3


class Argument(NamedTuple):
    """An argument of an instance: its name, its type, and whether it is only a part of it that is spoken of."""

    instance: InstanceSpec
    name: str
    type: Type
    part: bool = False

    @property
    def text(self) -> str:
        """How it is called in a message."""
        whole = f"{self.name!r} of {self.instance.callee}"
        return f"this part of {whole}" if self.part else whole


class EdgeReport:
    """Puts mismatches into words.

    Args:
        spec: The spec; its findings get the diagnostics.
        assignability: Compares types, to find out what would fit.
    """

    def __init__(self, spec: Spec, assignability: Assignability) -> None:
        self._findings = spec.findings
        self._assignability = assignability
        self._instances = {instance.id.text: instance for instance in spec.instances if instance.id}
        self._params = {parameter.name.text: parameter.name for parameter in spec.params}

    def refused(self, argument: Argument, expression: Expression, given: Type, mismatch: Mismatch) -> None:
        """An argument is bound to what the task does not take."""
        self._refuse(argument, expression, given, mismatch)

    def refused_inside(self, argument: Argument, expression: Expression, given: Type, mismatch: Mismatch) -> None:
        """A part of what an argument is bound to is not what the task takes there."""
        if not mismatch.path:
            argument = argument._replace(type=mismatch.wanted, part=True)
        self._refuse(argument, expression, given, mismatch)

    def element_refused(self, argument: Argument, over: Expression, given: Type, mismatch: Mismatch) -> None:
        """The elements that are mapped over are not what the task takes."""
        detail = explain(mismatch)
        message = f"{argument.text} takes {describe(argument.type)}, and an element is {describe(given)}"
        message += f": {detail}" if detail else ""
        self._findings.error(Code.EDGE_REFUSED, message, over.position, None, self._notes(over))

    def not_iterable(self, mapping: MappingSpec, over: Expression, given: Type, problem: str) -> None:
        """What is mapped over has no elements."""
        goes = "a list" if mapping.method == "map" else "a mapping or a list of pairs"
        message = f"'{mapping.method}' goes over {goes}, and {self._subject(over, given)}: {problem}"
        hint = "bind it in 'partial' to call the task once"
        if kind(given) == "array":
            hint = "use 'map' for a list"
        self._findings.error(Code.EDGE_REFUSED, message, over.position, hint, self._notes(over))

    def not_spread(self, mapping: MappingSpec, over: Expression, problem: str) -> None:
        """An element has not one value for each argument."""
        names = ", ".join(name.text for name in mapping.argnames)
        message = f"an element must have a value for each of {names}, and {problem}"
        self._findings.error(Code.EDGE_REFUSED, message, over.position, None, self._notes(over))

    def skipped(self, argument: Argument, value: Reference) -> None:
        """A sentinel may come where the task does not take one."""
        message = f"{value.instance_id!r} may be skipped, and {argument.text} does not take what it gives then"
        hint = "give the instance a 'skipif' or 'when' of its own, or let the parameter's type take a SkipSentinel"
        self._findings.warn(Code.SKIPPED_INPUT, message, value.position, hint, self._notes(value))

    def _refuse(self, argument: Argument, expression: Expression, given: Type, mismatch: Mismatch) -> None:
        detail = explain(mismatch)
        message = f"{argument.text} takes {describe(argument.type)}, and {self._subject(expression, given)}"
        message += f": {detail}" if detail else ""
        hint = None if mismatch.path else self._hint(argument, given, mismatch)
        self._findings.error(Code.EDGE_REFUSED, message, expression.position, hint, self._notes(expression))

    def _subject(self, expression: Expression, given: Type) -> str:
        if isinstance(expression, Reference):
            return f"{expression.instance_id!r} returns {describe(given)}"
        if isinstance(expression, Parameter):
            return f"the parameter {expression.name!r} is {describe(given)}"
        if isinstance(expression, LoopValue):
            return f"'loop.{expression.name}' is {describe(given)}"
        return f"this is {describe(given)}"

    def _notes(self, expression: Expression) -> Notes:
        """Where what is taken comes from."""
        for each in expressions(expression):
            if isinstance(each, Parameter) and each.name in self._params:
                return [(f"the parameter {each.name!r}", self._params[each.name].position)]
            producer = self._instances.get(each.instance_id) if isinstance(each, Reference) else None
            if producer is not None and producer.id is not None:
                how = f", called by '{producer.mapping.method}'" if producer.mapping else ""
                text = f"{producer.id.text!r} is what {producer.callee} returns{how}"
                return [(text, producer.callee_position)]
        return []

    def _hint(self, argument: Argument, given: Type, mismatch: Mismatch) -> str | None:
        compare, wanted = self._assignability.compare, argument.type
        if mismatch.reason is Reason.NULL:
            return "write 'default(…, …)' around it"
        options = alternatives(given) or []
        if len(options) != 1:
            return None
        option = options[0]
        items = option.get("items")
        if isinstance(items, dict | Type) and compare(option.inner(items), wanted).fits is not False:
            return f"call the task once an element: 'map' with 'argnames: [{argument.name}]'"
        if compare(array_of(given), wanted).fits:
            return "put it in a list: [ '${{ … }}' ]"
        fitting = [name for name, schema in fields(option).items() if compare(option.inner(schema), wanted).fits]
        return f"take one of its fields: .{', .'.join(fitting[:_MOST_FIELDS])}" if fitting else None
