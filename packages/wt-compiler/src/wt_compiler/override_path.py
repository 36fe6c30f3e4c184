"""The path of an override: parts between dots, of which one in double quotes may hold dots itself."""

from __future__ import annotations

import re
from collections.abc import Collection

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\.|\Z)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class PathError(ValueError):
    """A path that cannot be read; the message says why."""


def split(path: str) -> tuple[str, ...]:
    r"""Read a path.

    Args:
        path: Such as `load.properties."v1.0".title`. Within quotes, `\"` is a quote and `\\` a backslash.

    Returns:
        Its parts, without the quotes.

    Raises:
        PathError: If a part is empty or a quote is not closed.
    """
    parts: list[str] = []
    rest, more = path, True
    while more:
        quoted = _QUOTED.match(rest)
        if quoted is not None:
            part, length = _ESCAPED.sub(r"\1", quoted[1]), quoted.end()
        elif rest.startswith('"'):
            raise PathError("has a quote that is not closed before a dot or the end")
        else:
            part = rest.partition(".")[0]
            length = len(part)
        if not part:
            raise PathError("has an empty part")
        parts.append(part)
        more, rest = rest[length:].startswith("."), rest[length + 1 :]
    return tuple(parts)


def first(parts: tuple[str, ...], names: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The next name of a path, and what is left of it.

    Args:
        parts: The parts.
        names: What is known there. A name with dots in it is found without quotes too.

    Returns:
        The longest run of parts that, joined by dots, is a known name; the first part alone if none is. Two empty
        values if there are no parts.
    """
    for length in range(len(parts), 0, -1):
        if (joined := ".".join(parts[:length])) in names:
            return joined, parts[length:]
    return (parts[0], parts[1:]) if parts else ("", ())
