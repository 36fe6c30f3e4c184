"""What an argument can be bound to in a spec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the spec file, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Reference:
    """`${{ workflow.<instance_id>.return }}`: what an earlier task instance returned."""

    instance_id: str
    position: Position


@dataclass(frozen=True, slots=True)
class EnvVariable:
    """`${{ env.<name> }}`: an environment variable, read when the workflow runs."""

    name: str
    position: Position


Value: TypeAlias = "bool | int | float | str | Reference | EnvVariable | list[Value] | dict[str, Value] | None"


def references(value: Value) -> Iterator[Reference]:
    """Every reference inside a value, in the order in which they are written."""
    stack: list[Value] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Reference):
            yield current
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            stack.extend(reversed(current.values()))
