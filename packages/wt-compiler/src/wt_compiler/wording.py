"""Pieces of sentences for diagnostics."""

from __future__ import annotations

LONGEST_SHOWN = 40
"""How many characters of the user's own text a message repeats."""


def describe_value(value: object) -> str:
    """A scalar in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {shorten(str(value))}"
    return shorten(repr(value))


def shorten(text: str, longest: int = LONGEST_SHOWN) -> str:
    """The text, cut where it becomes too long to be read."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
