"""What an argument can be bound to in a spec: literals, and expressions anywhere inside of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Position:
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


@dataclass(frozen=True, slots=True)
class Reference(Expression):
    """`workflow.<instance_id>.return`: what an earlier task instance returned."""

    instance_id: str
    position: Position


@dataclass(frozen=True, slots=True)
class EnvVariable(Expression):
    """`env.<name>`: an environment variable, read when the workflow runs."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    """`params.<name>`: a parameter of the workflow as a whole."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class Secret(Expression):
    """`secrets.<name>`: a value that is shown nowhere, read when the workflow runs."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class LoopValue(Expression):
    """`loop.last` or `loop.index`: what the last round gave, or the number of the round, from 0."""

    name: Literal["last", "index"]
    position: Position


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A literal inside an expression."""

    value: bool | int | float | str | None
    position: Position


@dataclass(frozen=True, slots=True)
class Items(Expression):
    """A list that is written inside an expression."""

    items: tuple[Expression, ...]
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The elements."""
        return self.items


@dataclass(frozen=True, slots=True)
class Attribute(Expression):
    """`owner.name`; the position is that of the name."""

    owner: Expression
    name: str
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The owner."""
        return (self.owner,)


@dataclass(frozen=True, slots=True)
class Index(Expression):
    """`owner[index]`; the position is that of the index."""

    owner: Expression
    index: Expression
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The owner and the index."""
        return (self.owner, self.index)


@dataclass(frozen=True, slots=True)
class Prefixed(Expression):
    """`not operand` or `-operand`."""

    operator: str
    operand: Expression
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The operand."""
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """Two operands with an operator of Python's between them; the position is that of the operator."""

    operator: str
    left: Expression
    right: Expression
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The operands."""
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A call of one of the functions that the language has."""

    function: str
    arguments: tuple[Expression, ...]
    position: Position

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The arguments."""
        return self.arguments


@dataclass(frozen=True, slots=True)
class Text(Expression):
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
