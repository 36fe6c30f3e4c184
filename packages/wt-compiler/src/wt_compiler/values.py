"""What an argument can be bound to in a spec: literals, and expressions anywhere inside of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from msgspec import Struct


class Position(Struct, frozen=True):
    """A place in the spec file, both counted from 1."""

    line: int
    column: int


class Expression:
    """What `${{ … }}` holds; every kind of it knows where it stands."""

    __slots__ = ()

    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions that it is made of, in the order in which they are written."""
        return ()


class Reference(Struct, Expression, frozen=True):
    """`workflow.<instance_id>.return`: what an earlier task instance returned."""

    instance_id: str
    position: Position


class EnvVariable(Struct, Expression, frozen=True):
    """`env.<name>`: an environment variable, read when the workflow runs."""

    name: str
    position: Position


class Parameter(Struct, Expression, frozen=True):
    """`params.<name>`: a parameter of the workflow as a whole."""

    name: str
    position: Position


class Secret(Struct, Expression, frozen=True):
    """`secrets.<name>`: a value that is shown nowhere, read when the workflow runs."""

    name: str
    position: Position


class LoopValue(Struct, Expression, frozen=True):
    """`loop.last` or `loop.index`: what the last round gave, or the number of the round, from 0."""

    name: Literal["last", "index"]
    position: Position


class Approved(Struct, Expression, frozen=True):
    """`approval.<instance_id>`: what was filled in when that task instance was approved."""

    instance_id: str
    position: Position


FAILURE_PARTS: Final = ("message", "type", "step", "index", "key", "element")
"""What is known of a failure; where it was in a map or a loop, only there."""


class Failure(Struct, Expression, frozen=True):
    """`error.<name>`: what a handler is told of the failure that it stands in for."""

    name: str
    position: Position


class Constant(Struct, Expression, frozen=True):
    """A literal inside an expression."""

    value: bool | int | float | str | None
    position: Position


class Items(Struct, Expression, frozen=True):
    """A list that is written inside an expression."""

    items: tuple[Expression, ...]
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The elements."""
        return self.items


class Attribute(Struct, Expression, frozen=True):
    """`owner.name`; the position is that of the name."""

    owner: Expression
    name: str
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The owner."""
        return (self.owner,)


class Index(Struct, Expression, frozen=True):
    """`owner[index]`; the position is that of the index."""

    owner: Expression
    index: Expression
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The owner and the index."""
        return (self.owner, self.index)


class Prefixed(Struct, Expression, frozen=True):
    """`not operand` or `-operand`."""

    operator: str
    operand: Expression
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The operand."""
        return (self.operand,)


class Operation(Struct, Expression, frozen=True):
    """Two operands with an operator of Python's between them; the position is that of the operator."""

    operator: str
    left: Expression
    right: Expression
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The operands."""
        return (self.left, self.right)


class Call(Struct, Expression, frozen=True):
    """A call of one of the functions that the language has."""

    function: str
    arguments: tuple[Expression, ...]
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The arguments."""
        return self.arguments


class Text(Struct, Expression, frozen=True):
    """A text with expressions inside; its other parts are constants."""

    pieces: tuple[Expression, ...]
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The constant and the other pieces in their order."""
        return self.pieces


Value: TypeAlias = "bool | int | float | str | Expression | list[Value] | dict[str, Value] | None"


def expressions(value: Value) -> Iterator[Expression]:
    """Every expression inside a value and inside of expressions, in the order in which they are written."""
    stack: list[Value] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Expression):
            yield current
            stack.extend(reversed(current.parts))
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            stack.extend(reversed(current.values()))


def references(value: Value) -> Iterator[Reference]:
    """Every reference inside a value, in the order in which they are written."""
    return (found for found in expressions(value) if isinstance(found, Reference))
