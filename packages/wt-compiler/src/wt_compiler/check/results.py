"""What each instance of a workflow returns, as far as its task says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wt_compiler.catalogue import dotted_path
from wt_compiler.types.schema_type import ANY, SKIP, Type, array_of, tuple_of, union_of

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved

_NO_DEFINITIONS: dict[str, object] = {}


class Result(NamedTuple):
    """What a workflow returns.

    Attributes:
        type: Its type, as far as it is known. What a skipped instance gives is not part of it.
        skipped: Whether it may be what a skipped instance gives.
    """

    type: Type | None = None
    skipped: bool = False


class Results:
    """Gathers what instances return, in their order.

    Types of the same task and method are the same object, so that comparisons are remembered.

    Attributes:
        types: The type of what an instance returns, by id; None if it is not known. What a skipped one gives is not
            part of it.
        with_skips: The same, together with what stands for skipped calls; of instances that may have such.
    """

    def __init__(self) -> None:
        self.types: dict[str, Type | None] = {}
        self.with_skips: dict[str, Type] = {}
        self._skipped: dict[str, tuple[bool, bool]] = {}
        self._made: dict[tuple[str, str, bool, bool], Type | None] = {}

    def returned(self, item: Resolved) -> Type | None:
        """What a single call of an instance's task returns, as far as it is known."""
        return self._type(item, "call", False, False) if item.task is not None else None

    def add(self, item: Resolved, elements_skipped: bool) -> None:
        """Note what an instance returns.

        Args:
            item: The instance.
            elements_skipped: Whether some of the elements that it is mapped over may have been skipped.
        """
        instance = item.spec
        if instance.id is None:
            return
        method = instance.mapping.method if instance.mapping else "call"
        conditions = instance.skipif is not None and bool(instance.skipif.conditions)
        conditional = conditions or instance.execution.skips_errors
        inside = item.sub is not None and item.sub.result.skipped
        whole = instance.when is not None or ((conditional or inside) and method == "call")
        elements = elements_skipped or (conditional and method != "call")
        self._skipped[instance.id.text] = (whole, elements)
        if item.task is None:
            self.types[instance.id.text] = None
            return
        self.types[instance.id.text] = self._type(item, method, False, False)
        if (whole or elements) and (found := self._type(item, method, whole, elements)) is not None:
            self.with_skips[instance.id.text] = found

    def join(self, name: str, found: Type | None, skipped: bool) -> None:
        """Note what a switch gives.

        Args:
            name: Its id.
            found: What one of its branches gives, as far as it is known.
            skipped: Whether that may be a sentinel.
        """
        self._skipped[name] = (skipped, False)
        self.types[name] = found
        if skipped and found is not None:
            self.with_skips[name] = union_of([found, SKIP])

    def gives_skips(self, name: str, *, elements: bool) -> bool:
        """Whether an instance may give a sentinel: in place of its result, or also among its elements."""
        whole, inside = self._skipped.get(name, (False, False))
        return inside if elements else whole

    def _type(self, item: Resolved, method: str, whole: bool, elements: bool) -> Type | None:
        assert item.task is not None
        stands_in = dotted_path(item.handler.task) if item.handler and item.handler.task else ""
        key = (f"{dotted_path(item.task)} {stands_in}", method, whole, elements)
        if key not in self._made:
            found = _returned(item)
            self._made[key] = _made(found, method, whole, elements) if found is not None else None
        return self._made[key]


def _returned(item: Resolved) -> Type | None:
    """What one call returns, or what stands in for it."""
    schema = item.task.return_schema if item.task is not None else None
    found = Type(schema, schema.get("$defs", _NO_DEFINITIONS)) if schema else None
    if item.sub is not None:
        found = item.sub.result.type
    if item.handler is None or found is None:
        return found
    other = _returned(item.handler)
    return union_of([found, other]) if other is not None else None


def _made(found: Type, method: str, whole: bool, elements: bool) -> Type:
    if elements:
        found = union_of([found, SKIP])
    if method == "map":
        found = array_of(found)
    elif method == "mapvalues":
        found = array_of(tuple_of([ANY, found]))
    return union_of([found, SKIP]) if whole else found
