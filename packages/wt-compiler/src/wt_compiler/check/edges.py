"""What one instance returns is what the next one takes: types along the edges of the workflow.

Only what is certainly wrong is reported. What is not known (a task without a return type) fits everywhere; literals are
checked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wt_contracts.approval import form_schema
from wt_contracts.codes import Code

from wt_compiler.catalogue import Catalogue
from wt_compiler.check.edge_report import Argument, EdgeReport
from wt_compiler.check.results import Result, Results
from wt_compiler.flow import Condition, Loop, holds_only_with
from wt_compiler.parameters import JSON_TYPES
from wt_compiler.spec import CaseSpec, InstanceSpec, MappingSpec, Spec, SwitchSpec
from wt_compiler.types.answer import Mismatch
from wt_compiler.types.assignability import Assignability
from wt_compiler.types.elements import Elements, spread
from wt_compiler.types.inference import LAST, Inference
from wt_compiler.types.presence import branches, present
from wt_compiler.types.schema_type import (
    ANY,
    Type,
    alternatives,
    constant,
    kind,
    object_of,
    tuple_of,
    union_of,
)
from wt_compiler.types.wording import describe
from wt_compiler.values import Call, Expression, Reference, Value, expressions, references

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved

_NUMERIC = dict.fromkeys(("integer", "number", "boolean"), "number")
"""The kinds of values that can be equal to one of another kind."""

_NULL = Type({"type": "null"}, {})


def check_edges(spec: Spec, resolved: list[Resolved], catalogue: Catalogue) -> Result:
    """Check the types of everything that is bound to an expression.

    Args:
        spec: The spec; its findings get what does not fit.
        resolved: Its instances with their tasks looked up.
        catalogue: What the environment offers.

    Returns:
        What the workflow returns.
    """
    checker = _Checker(spec, catalogue)
    found = {id(item.spec): item for item in resolved}
    for item in spec.items:
        if isinstance(item, SwitchSpec):
            checker.choose(item)
            for case, (_, decided) in _decided(item):
                for instance in case.instances:
                    checker.check(found[id(instance)], decided)
            checker.join(item)
            continue
        for instance in (item,) if isinstance(item, InstanceSpec) else item.instances:
            checker.check(found[id(instance)])
    return checker.result(spec)


class _Checker:
    def __init__(self, spec: Spec, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._findings = spec.findings
        self._results = Results()
        params = {p.name.text: Type(p.schema, p.schema.get("$defs", {})) for p in spec.params}
        self._inference = Inference(self._results.types, params, spec.findings, _answers(spec))
        self._assignability = Assignability()
        self._report = EdgeReport(spec, self._assignability)
        self._wanted: dict[tuple[int, str], Type | None] = {}
        self._types: dict[int, Type | None] = {}
        self._instance: InstanceSpec | None = None
        self._conditions = {each.id.text: each.when for each in spec.instances if each.id}

    def check(self, item: Resolved, decided: frozenset[str] = frozenset()) -> None:
        """Check one instance, and note what it returns.

        Args:
            item: The instance.
            decided: What is not null because the branch that it stands in was taken.
        """
        with self._inference.knowing(decided):
            self._instance = None
            if item.spec.when is not None:
                self._check_condition(item.spec.when)
                decided = present(item.spec.when.expression, holds=True)
            with self._inference.knowing(decided):
                self._check_call(item)

    def _check_call(self, item: Resolved) -> None:
        """Check what an instance does if it runs."""
        instance = self._instance = item.spec
        if instance.approval is not None:
            self.infer([instance.approval.reason])
        if instance.loop is not None:
            self._enter_loop(instance.loop, self._results.returned(item))
        self.infer([*instance.arguments])
        mapping = instance.mapping
        if item.task is not None:
            self._bind_all(item)
            if mapping is not None:
                self._map(item, mapping)
        if item.handler is not None:
            with self._inference.handling():
                self.infer([*item.handler.spec.arguments])
            if item.handler.task is not None:
                self._bind_all(item.handler)
        if instance.id is not None:
            self._results.add(item, self._elements_may_be_skipped(mapping))
        if instance.loop is not None:
            self._leave_loop(instance, instance.loop, self._results.returned(item))
        if instance.checkpoint is not None and instance.checkpoint.when is not None:
            self._check_condition(instance.checkpoint.when)

    def _bind_all(self, item: Resolved) -> None:
        """Compare what each argument is bound to with what the task takes."""
        for bound in item.spec.partial:
            if argument := self._argument_of(item, bound.name.text):
                self._bind(argument, bound.value)

    def choose(self, switch: SwitchSpec) -> None:
        """Check what decides about the branches of a switch."""
        self._instance = None
        if switch.on is not None:
            self.infer(switch.on)
        for case, (before, _) in _decided(switch):
            if switch.on is None and case.condition is not None:
                with self._inference.knowing(before):
                    self.infer(case.condition)
                self._check_truth(case.condition)
            for each in case.constants if switch.on is not None else ():
                on = self._type(switch.on)
                if on is not ANY and self._never_equal(constant(each.value), on):
                    message = f"this case is never taken: 'on' is {describe(on)}"
                    self._findings.error(Code.EDGE_REFUSED, message, each.position)

    def _never_equal(self, value: Type, other: Type) -> bool:
        """Whether a value is certainly none of a type, of which Python would say that it is equal."""
        kinds = {_NUMERIC.get(str(kind(option)), kind(option)) for option in alternatives(other) or [ANY]}
        if None in kinds or not kinds <= JSON_TYPES:
            return False
        own = kind(value)
        alike = _NUMERIC.get(str(own), own) in kinds
        return not alike or self._assignability.compare(value, other).fits is False

    def join(self, switch: SwitchSpec) -> None:
        """Note what a switch gives: what one of its branches does."""
        self._instance = None
        for case, (_, decided) in _decided(switch):
            with self._inference.knowing(decided):
                self.infer(case.result.value if case.result else None)
        if switch.id is None:
            return
        types = [constant(r) if _is_scalar(r) else self._type(r) for r in switch.results]
        skipped = not switch.total or any(
            isinstance(result, Reference) and self._results.gives_skips(result.instance_id, elements=False)
            for result in switch.results
        )
        known = bool(types) and not any(each is ANY for each in types)
        self._results.join(switch.id.text, union_of(types) if known else None, skipped)

    def _enter_loop(self, loop: Loop, returned: Type | None) -> None:
        """Check what is evaluated before the first round, and note what `loop.last` is in the arguments."""
        self.infer(loop.before)
        if isinstance(loop.times, Expression):
            times = self._type(loop.times)
            kinds = {kind(option) for option in alternatives(times) or [ANY]}
            if not kinds & {"integer", "number", None}:
                message = f"'times' is a whole number, and this is {describe(times)}"
                self._findings.error(Code.EDGE_REFUSED, message, loop.times.position)
        self._results.types[LAST] = self._joined(loop, returned)

    def _leave_loop(self, instance: InstanceSpec, loop: Loop, returned: Type | None) -> None:
        """Check the condition that ends a loop, and note that a loop without a round gives its start."""
        self._results.types[LAST] = returned
        if loop.until is not None:
            self._check_condition(loop.until)
        if loop.may_be_empty and instance.id is not None:
            self._results.types[instance.id.text] = self._joined(loop, returned)
        del self._results.types[LAST]

    def _joined(self, loop: Loop, returned: Type | None) -> Type | None:
        """The type of what a round gives, or of what stands for that in the first round."""
        if loop.start is None:
            return returned
        literal = not any(True for _ in expressions(loop.start))
        start = constant(loop.start) if literal else self._type(loop.start)
        return union_of([start, returned]) if returned and start is not ANY else None

    def result(self, spec: Spec) -> Result:
        """Check what the workflow returns: its outputs, or what its last instance does."""
        self._instance = None
        for output in spec.outputs:
            self.infer(output.value)
        if spec.outputs:
            return Result(object_of({output.name.text: self._type(output.value) for output in spec.outputs}))
        last = spec.last
        if last is None:
            return Result()
        return Result(self._results.types.get(last.text), self._results.gives_skips(last.text, elements=False))

    def infer(self, value: Value) -> None:
        """Find the types of all expressions in a value, each of them once."""
        stack: list[Value] = [value]
        while stack:
            current = stack.pop()
            if isinstance(current, Expression):
                self._types[id(current)] = self._inference.of(current)
                self._warn_of_skips(current)
            elif isinstance(current, list):
                stack.extend(reversed(current))
            elif isinstance(current, dict):
                stack.extend(reversed(current.values()))

    def _argument_of(self, item: Resolved, name: str) -> Argument | None:
        """The argument of that name, if its type is known."""
        assert item.task is not None
        parameters = self._catalogue.parameters(item.task)
        key = (id(parameters), name)
        if key not in self._wanted:
            schema = parameters.properties.get(name)
            wanted = Type(schema, parameters.definitions) if isinstance(schema, dict) else None
            if wanted is not None and "default" in wanted.schema:
                wanted = self._with_default(wanted)
            self._wanted[key] = wanted
        found = self._wanted[key]
        return Argument(item.spec, name, found) if found is not None else None

    def _with_default(self, wanted: Type) -> Type | None:
        """A schema that refuses its own default says what a form shows, not what the task takes; null apart."""
        default = wanted.schema["default"]
        refused = self._assignability.compare(constant(default), wanted).fits is False
        if refused and default is not None:
            return None
        return union_of([wanted, _NULL]) if refused else wanted

    def _bind(self, argument: Argument, value: Value) -> None:
        """Compare what an argument is bound to with what the task takes."""
        if not any(True for _ in expressions(value)):
            return
        given = self._type(value)
        if given is ANY:
            return
        answer = self._assignability.compare(given, argument.type)
        if answer.mismatch is not None:
            expression, mismatch = _blamed(value, answer.mismatch)
            if expression is not None and expression is value:
                self._report.refused(argument, expression, given, mismatch)
            elif expression is not None:
                self._report.refused_inside(argument, expression, self._type(expression), mismatch)
        elif isinstance(value, Reference):
            self._check_skip(argument, value)

    def _check_skip(self, argument: Argument, value: Reference) -> None:
        skipped = self._results.with_skips.get(value.instance_id)
        instance = argument.instance
        conditional = instance.skipif is not None and bool(instance.skipif.conditions)
        if skipped is None or conditional or self._is_sure(instance, value.instance_id):
            return
        if self._assignability.compare(skipped, argument.type).fits is False:
            self._report.skipped(argument, value)

    def _is_sure(self, instance: InstanceSpec | None, producer: str) -> bool:
        """Whether an instance runs only if another one does."""
        return instance is not None and holds_only_with(instance.when, producer, self._conditions.get(producer))

    def _check_condition(self, condition: Condition) -> None:
        """Report a condition that is an object with fields, which is always true."""
        self.infer(condition.expression)
        self._check_truth(condition.expression)

    def _check_truth(self, condition: Expression) -> None:
        options = alternatives(self._type(condition)) or []
        if options and all(kind(option) == "object" and option.get("properties") for option in options):
            message = f"this is {describe(options[0])}, which is always true"
            self._findings.error(Code.EXPRESSION_FAILS, message, condition.position, "compare a field of it")

    def _type(self, value: Value) -> Type:
        """The type of a value, in which literals are not known."""
        if isinstance(value, Expression):
            return self._types.get(id(value)) or ANY
        if isinstance(value, list):
            return tuple_of([self._type(item) for item in value])
        if isinstance(value, dict):
            return object_of({key: self._type(item) for key, item in value.items()})
        return ANY

    def _map(self, item: Resolved, mapping: MappingSpec) -> None:
        """Compare the elements with the arguments that get them."""
        arguments = [self._argument_of(item, name.text) for name in mapping.argnames]
        for value in _written(mapping):
            if isinstance(value, list) and len(arguments) > 1:
                for argument, part in zip(arguments, value, strict=False):
                    if argument is not None:
                        self._bind(argument, part)
            elif isinstance(value, Expression) and len(arguments) > 1:
                self._spread(mapping, value, self._type(value), arguments)
            elif arguments[:1] and arguments[0] is not None:
                self._bind(arguments[0], value)
        over = mapping.argvalues
        if isinstance(over, Expression) and (given := self._type(over)) is not ANY:
            found = Elements.of(given, mapping.method)
            if found.problem:
                self._report.not_iterable(mapping, over, given, found.problem)
            elif found.type is not None:
                self._spread(mapping, over, found.type, arguments)

    def _spread(self, mapping: MappingSpec, over: Expression, element: Type, arguments: list[Argument | None]) -> None:
        parts, problem = spread(element, [name.text for name in mapping.argnames])
        if problem:
            self._report.not_spread(mapping, over, problem)
            return
        for argument, part in zip(arguments, parts, strict=True):
            if argument is not None and part is not None:
                answer = self._assignability.compare(part, argument.type)
                if answer.mismatch is not None:
                    self._report.element_refused(argument, over, part, answer.mismatch)
                    return

    def _elements_may_be_skipped(self, mapping: MappingSpec | None) -> bool:
        if mapping is None:
            return False
        found = [each for each in expressions(mapping.argvalues) if isinstance(each, Reference)]
        whole = isinstance(mapping.argvalues, Reference)
        return any(self._results.gives_skips(each.instance_id, elements=whole) for each in found)

    def _warn_of_skips(self, value: Expression) -> None:
        """Warn of an expression that takes something from a result which may not be there."""
        if isinstance(value, Reference):
            return
        guarded = {id(inner) for each in expressions(value) for inner in _guarded(each)}
        for each in references(value):
            own = self._instance is not None and self._instance.id and self._instance.id.text == each.instance_id
            if own or id(each) in guarded or self._is_sure(self._instance, each.instance_id):
                continue
            if self._results.gives_skips(each.instance_id, elements=False):
                message = f"{each.instance_id!r} may be skipped, and this expression fails then"
                hint = f"write 'default(workflow.{each.instance_id}.return…, …)'"
                self._findings.warn(Code.SKIPPED_INPUT, message, each.position, hint)


def _decided(switch: SwitchSpec) -> Iterator[tuple[CaseSpec, tuple[frozenset[str], frozenset[str]]]]:
    return zip(switch.cases, branches([case.condition for case in switch.cases]), strict=True)


def _is_scalar(value: Value) -> bool:
    return not isinstance(value, Expression | list | dict)


def _answers(spec: Spec) -> dict[str, Type]:
    """What is filled in at each approval."""
    asked = [(each.id, each.approval) for each in spec.instances]
    forms = {
        name.text: {field.name.text: field.schema for field in approval.form}
        for name, approval in asked
        if name and approval
    }
    return {name: Type(form_schema(form), {}) for name, form in forms.items()}


def _guarded(value: Expression) -> Iterator[Expression]:
    if isinstance(value, Call) and value.function in {"default", "skipped"}:
        yield from expressions(value.arguments[0])


def _written(mapping: MappingSpec) -> list[Value]:
    """The elements that are written in the spec."""
    over = mapping.argvalues
    if isinstance(over, dict) and mapping.method == "mapvalues":
        return [*over.values()]
    if not isinstance(over, list):
        return []
    if mapping.method == "map":
        return over
    return [pair[1] for pair in over if isinstance(pair, list) and len(pair) == 2]


def _blamed(value: Value, mismatch: Mismatch) -> tuple[Expression | None, Mismatch]:
    """The expression inside a value that does not fit, and what of it does not; none if it is a literal."""
    path = list(mismatch.path)
    while not isinstance(value, Expression):
        parts = dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, dict) else {}
        step = path.pop(0) if path else None
        if step not in parts:
            return None, mismatch
        value = parts[step]  # type: ignore[index]  # it is in there, so it is a key
    return value, mismatch._replace(path=tuple(path))
