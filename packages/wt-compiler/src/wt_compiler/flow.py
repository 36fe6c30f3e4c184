"""Which task instances run, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wt_compiler.values import Expression, Operation, Position, Value, references


class Condition(NamedTuple):
    """What has to hold for an instance to run.

    Attributes:
        expression: The condition.
        text: How the spec writes it, for people.
    """

    expression: Expression
    text: str


class Loop(NamedTuple):
    """How often an instance calls its task, one call after the other.

    Attributes:
        times: How many rounds there are: a number or an expression; None if it ends itself.
        until: What ends it after a round; None if the rounds are counted.
        most: How many rounds there may be, if it ends itself.
        start: What stands for the last value in the first round; None for nothing.
        text: How it goes, for people.
        position: Where it stands in the spec.
    """

    times: int | Expression | None
    until: Condition | None
    most: int | None
    start: Value
    text: str
    position: Position

    @property
    def may_be_empty(self) -> bool:
        """Whether it can make no round at all."""
        return isinstance(self.times, Expression) and self.start is not None

    @property
    def values(self) -> list[Value]:
        """What it takes from elsewhere, or from its own rounds."""
        return [*self.before, *([self.until.expression] if self.until else [])]

    @property
    def before(self) -> list[Value]:
        """What is evaluated before the first round."""
        return [self.start, self.times]


def holds_only_with(condition: Condition | None, instance_id: str, other: Condition | None) -> bool:
    """Whether an instance that runs under a condition is sure of another one's result.

    Args:
        condition: That of the instance.
        instance_id: The other one.
        other: The condition of the other one.

    Returns:
        True if the condition asks about the other one, or includes all that the other one's does.
    """
    if condition is None:
        return False
    if any(each.instance_id == instance_id for each in references(condition.expression)):
        return True
    if other is None:
        return False
    from wt_compiler.emit.expressions import written

    own = set(map(written, conjuncts(condition.expression)))
    return own.issuperset(map(written, conjuncts(other.expression)))


def conjuncts(expression: Expression) -> Iterator[Expression]:
    """The conditions that all have to hold for one that is joined by `and`."""
    if isinstance(expression, Operation) and expression.operator == "and":
        yield from conjuncts(expression.left)
        yield from conjuncts(expression.right)
    else:
        yield expression
