"""What is certainly not null once a condition has been decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wt_compiler.emit.expressions import written
from wt_compiler.types.schema_type import Type, alternatives, is_skip, kind, union_of
from wt_compiler.values import Constant, Expression, Items, Operation, Prefixed

_LOGIC = {"and": True, "or": False}


def present(condition: Expression, *, holds: bool) -> frozenset[str]:
    """The expressions that are not null, as `wt_compiler.emit.expressions.written` writes them.

    Args:
        condition: The condition.
        holds: Whether it holds.
    """
    if isinstance(condition, Prefixed) and condition.operator == "not":
        return present(condition.operand, holds=not holds)
    if not isinstance(condition, Operation):
        return frozenset([written(condition)] if holds else [])
    operator = condition.operator
    if operator in _LOGIC:
        if _LOGIC[operator] != holds:
            return frozenset()  # only one of the two may be why
        return present(condition.left, holds=holds) | present(condition.right, holds=holds)
    if operator in {"==", "!="}:
        return _compared(condition.left, condition.right, equal=(operator == "==") == holds)
    if operator == "in" and holds and isinstance(condition.right, Items):
        nulls = [item for item in condition.right.items if not isinstance(item, Constant) or item.value is None]
        return frozenset([written(condition.left)] if not nulls else [])
    return frozenset()


def _compared(left: Expression, right: Expression, *, equal: bool) -> frozenset[str]:
    """What is not null because it is, or is not, a constant."""
    found = {
        written(one)
        for one, other in ((left, right), (right, left))
        if isinstance(other, Constant) and (other.value is None) != equal
    }
    return frozenset(found)


def branches(conditions: Iterable[Expression | None]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """For each branch of several: what is not null when its condition is asked for, and when it is taken.

    Args:
        conditions: Their conditions, in the order in which they are asked for; None for what is taken otherwise.
    """
    before: frozenset[str] = frozenset()
    for condition in conditions:
        yield before, before | present(condition, holds=True) if condition is not None else before
        before |= present(condition, holds=False) if condition is not None else frozenset()


def without_null(of: Type) -> Type:
    """A type without null; what a skipped step gives stays, and so does null alone."""
    options = alternatives(of) or []
    rest = [option for option in options if not is_null(option)]
    return union_of(rest) if rest and len(rest) < len(options) else of


def may_be_null(of: Type | None) -> bool:
    """Whether a value may be null, and something else."""
    options = alternatives(of) if of is not None else None
    return bool(options) and len({is_null(option) for option in options or []}) > 1


def is_null(option: Type) -> bool:
    """Whether it is the type of null, which is not that of a skipped step."""
    return kind(option) == "null" and not is_skip(option)
