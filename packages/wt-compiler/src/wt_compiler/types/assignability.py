"""Which types fit where: subtyping of JSON Schemas, in three values.

A type fits if each of its values is valid for the other schema; it does not if a value that its *type* allows is
certainly refused (a text for a number, null, a missing field); what depends on constraints (a pattern, a range) or is
not known stays open. Recursive schemas are compared by assumption, as by Amadio and Cardelli, "Subtyping recursive
types" (1993): a question that comes up while it is being answered is taken to be answered with yes.
"""

from __future__ import annotations

from typing import Any, Final

from wt_compiler.parameters import JSON_TYPES
from wt_compiler.types.answer import MAYBE, YES, Answer, Reason, every, no
from wt_compiler.types.arrays import compare_arrays
from wt_compiler.types.objects import compare_objects
from wt_compiler.types.scalars import compare_numbers, compare_strings
from wt_compiler.types.schema_type import ANNOTATIONS, SETTING, Type, conjuncts, is_skip, kind, kind_of_value, listed

_DEEPEST: Final = 60
_MOST_VALUES: Final = 64
"""An enumeration of more values than this is not taken apart."""

_OPAQUE: Final = frozenset(
    {
        *("$dynamicRef", "contains", "dependentRequired", "dependentSchemas", "else", "if", "not", "propertyNames"),
        *("then", "unevaluatedItems", "unevaluatedProperties", "maxContains", "minContains"),
    }
)
"""What is not looked into: whether a value meets it stays open."""

_PARSED: Final = frozenset({"date-time", "duration", "time"})
"""Formats of texts that pydantic also reads from numbers."""

_READ: Final = frozenset({"boolean", "integer", "number"})
"""What pydantic reads from a text."""

Key = tuple[int, int, int, int]


class Assignability:
    """Compares types, and remembers the answers by the identity of the schemas."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[Answer, Type, Type]] = {}
        self._open: list[Key] = []
        self._leaned: set[Key] = set()

    def compare(self, given: Type, wanted: Type) -> Answer:
        """Whether every value of the one type fits the other one.

        Args:
            given: What is there.
            wanted: What should be there.
        """
        if given.schema is wanted.schema and given.definitions is wanted.definitions:
            return YES
        key = (id(given.schema), id(given.definitions), id(wanted.schema), id(wanted.definitions))
        if key in self._known:
            return self._known[key][0]
        if key in self._open:
            self._leaned.add(key)
            return YES
        if len(self._open) > _DEEPEST:
            return MAYBE
        self._open.append(key)
        answer = self._answer(given, wanted)
        self._open.pop()
        self._leaned.discard(key)
        if answer.fits is False or not self._leaned:
            self._known[key] = (answer, given, wanted)  # the types are kept, so that no other one gets their identity
        return answer

    def _answer(self, given: Type, wanted: Type) -> Answer:
        demands = conjuncts(wanted)
        facts = conjuncts(given)
        return every(self._meets(facts, demand) for demand in demands)

    def _meets(self, facts: list[Type], demand: Type) -> Answer:
        """Whether a value that all facts hold for meets a demand."""
        if demand.schema is True:
            return YES
        if not facts:
            return MAYBE
        if len(facts) == 1:
            return self._pair(facts[0], demand)
        answers = [self._pair(fact, demand) for fact in facts]
        if any(answer.fits for answer in answers):
            return YES
        refused = [answer for answer in answers if answer.fits is False]
        return refused[0] if len(refused) == len(answers) else MAYBE

    def _pair(self, given: Type, wanted: Type) -> Answer:
        if given.schema is False:
            return YES
        if wanted.schema is False or given.schema is True:
            return MAYBE
        options = _options(given)
        if options is not None:
            return every(self.compare(option, wanted) for option in options)
        branches = _options(wanted, taken_apart=False)
        if branches is not None:
            return self._any_branch(given, wanted, branches)
        return self._leaf(given, wanted)

    def _any_branch(self, given: Type, wanted: Type, branches: list[Type]) -> Answer:
        answers = [self.compare(given, branch) for branch in branches]
        fitting = [answer for answer in answers if answer.fits]
        if fitting and ("oneOf" not in wanted.schema or len(branches) == 1):
            return YES
        if all(answer.fits is False for answer in answers):
            return self._nearest(given, wanted, answers)
        return MAYBE

    def _nearest(self, given: Type, wanted: Type, answers: list[Answer]) -> Answer:
        """Of several refusals the one that went furthest, or one about the whole."""
        deepest = max(answers, key=lambda answer: len(answer.mismatch.path) if answer.mismatch else 0, default=MAYBE)
        if deepest.mismatch is not None and (deepest.mismatch.path or deepest.mismatch.reason is not Reason.KIND):
            return deepest
        return no(Reason.NULL if kind(given) == "null" else Reason.KIND, given, wanted)

    def _leaf(self, given: Type, wanted: Type) -> Answer:
        """Two parts without references and combinations."""
        name = kind(given)
        demands = wanted.schema.keys() - ANNOTATIONS
        if not demands:
            return YES
        if name is None:
            return MAYBE
        answers = [self._kind(name, given, wanted), _value(name, given, wanted)]
        if demands & _OPAQUE:
            answers.append(MAYBE)
        answer = every(answers)
        return answer if answer.fits is False else every((answer, self._contents(name, given, wanted)))

    def _kind(self, name: str, given: Type, wanted: Type) -> Answer:
        demanded = wanted.get("type")
        if not isinstance(demanded, str):
            return YES if demanded is None else MAYBE
        if name == "null" and demanded == "null":
            return (
                YES if is_skip(given) == is_skip(wanted) else MAYBE if is_skip(wanted) else _refuse(name, given, wanted)
            )
        if name == demanded or (name == "integer" and demanded == "number"):
            return YES
        if name == "boolean" and demanded in {"integer", "number"}:
            return MAYBE  # in Python it is one
        if given.schema is SETTING.schema and demanded in _READ:
            return MAYBE
        parsed = str(wanted.get("format")) in _PARSED or wanted.get("pattern") is not None
        if parsed and name in {"integer", "number"} and demanded == "string":
            return MAYBE
        own = [each for each in (name, demanded) if each not in JSON_TYPES]
        if len(own) == 2 or (own and {name, demanded} & {"array", "object", "string"}):
            return MAYBE  # classes of a library, about whose relations nothing is known
        return _refuse(name, given, wanted)

    def _contents(self, name: str, given: Type, wanted: Type) -> Answer:
        if "const" in given.schema and name in {"array", "object"}:
            return MAYBE
        if name == "array":
            return compare_arrays(given, wanted, self.compare)
        if name == "object":
            return compare_objects(given, wanted, self.compare)
        if name == "string":
            return compare_strings(given, wanted)
        return compare_numbers(given, wanted) if name in {"integer", "number"} else YES


def _refuse(name: str, given: Type, wanted: Type) -> Answer:
    return no(Reason.NULL if name == "null" else Reason.KIND, given, wanted)


def _options(of: Type, *, taken_apart: bool = True) -> list[Type] | None:
    """The types that a part leaves the choice between; an enumeration, only if it is to be taken apart."""
    schema = of.schema
    options = listed(schema.get("anyOf")) or listed(schema.get("oneOf"))
    if options:
        return [of.inner(option) for option in options]
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return [Type({**schema, "type": each}, of.definitions) for each in kinds]
    values = listed(schema.get("enum"))
    if taken_apart and 0 < len(values) <= _MOST_VALUES and "const" not in schema:
        possible = [
            v for v in values if kinds is None or kind_of_value(v) in {kinds, "integer" if kinds == "number" else kinds}
        ]
        return [Type({"const": value}, {}) for value in possible]
    return None


def _value(name: str, given: Type, wanted: Type) -> Answer:
    """What `const` and `enum` say."""
    if "const" in wanted.schema:
        accepted: list[Any] = [wanted.schema["const"]]
    elif isinstance(wanted.get("enum"), list):
        accepted = wanted.schema["enum"]
    else:
        return YES
    if "const" in given.schema:
        value = given.schema["const"]
        found = any(_same(value, each) for each in accepted)
        return YES if found else no(Reason.VALUE, given, wanted)
    if accepted and all(_kinds_differ(name, kind_of_value(each)) for each in accepted):
        return _refuse(name, given, wanted)
    return MAYBE


def _kinds_differ(name: str, other: str) -> bool:
    numeric = {"integer", "number", "boolean"}
    return name in JSON_TYPES and name != other and not {name, other} <= numeric


def _same(value: Any, other: Any) -> bool:
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)
