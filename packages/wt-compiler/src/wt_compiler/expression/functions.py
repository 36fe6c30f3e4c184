"""The functions that an expression can call."""

from __future__ import annotations

from typing import Final, NamedTuple


class Function(NamedTuple):
    """A function of the language.

    Attributes:
        fewest: How many arguments it takes at least.
        most: How many at most; None for any number.
        usage: How it is written.
    """

    fewest: int
    most: int | None
    usage: str


FUNCTIONS: Final = {
    "len": Function(1, 1, "len(value)"),
    "default": Function(2, 2, "default(value, otherwise)"),
    "format": Function(1, None, "format('{} of {}', first, second)"),
    "join": Function(2, 2, "join(values, ', ')"),
    "skipped": Function(1, 1, "skipped(workflow.<id>.return)"),
}
