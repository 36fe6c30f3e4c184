"""Where the characters of a string stand in the spec."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from wt_compiler.document import ScalarNode
from wt_compiler.values import Position

_MOST_LINES: Final = 200
"""A string that goes on for more lines than this is not searched further."""


def places(node: ScalarNode, text: str, lines: list[str]) -> Callable[[int], Position]:
    """A function that finds the place of a character of a string.

    YAML folds lines and knows escapes, so that a string is not what stands in the file. What surrounds the character,
    up to the next white space, is looked for there.

    Args:
        node: The node that the string was read from.
        text: The string.
        lines: The lines of the file.

    Returns:
        From the offset of a character to its place; the node's own place if it cannot be told.
    """
    line = lines[node.line - 1] if node.line <= len(lines) else ""
    for shift in (0, 1):  # as it is, or behind a quote
        if "\n" not in text and line.startswith(text, node.column - 1 + shift):
            return lambda offset: Position(node.line, node.column + shift + offset)
    return lambda offset: _search(node, text, offset, lines)


def _search(node: ScalarNode, text: str, offset: int, lines: list[str]) -> Position:
    """Look for the line of the string that holds the character, then for shorter and shorter ends of it."""
    start = max(text.rfind("\n", 0, offset) + 1, text.rfind("${{", 0, offset + 3), 0)
    if start > offset:
        return node.position
    ends = sorted({end for end in (text.find("\n", offset), text.find("}}", offset) + 2) if end > offset}) or [
        len(text)
    ]
    before = text.count(text[start : ends[0]], 0, start)
    for row in range(node.line - 1, min(len(lines), node.line + _MOST_LINES)):
        column = node.column - 1 if row == node.line - 1 else 0
        while (column := lines[row].find(text[start : ends[0]], column)) >= 0:
            if before == 0:
                return Position(row + 1, column + 1 + offset - start)
            before -= 1
            column += 1
    return node.position
