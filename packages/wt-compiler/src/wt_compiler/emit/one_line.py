"""Text that fits in a comment, a label or a cell of a table."""

from __future__ import annotations


def one_line(text: str) -> str:
    """A text without line breaks, runs of white space and characters that cannot be seen."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
