"""What libyaml stumbles over, in words that say what to do.

For whatever reads YAML that people write. The parsing, and the error that is explained, are PyYAML's.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from wt_contracts.yaml_events import YAMLEventError

_REFUSED: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BRACKET: Final = re.compile("',' or '([]}])'")
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NEITHER: Final = (
    "this belongs neither to the lines above nor starts something new",
    "align it with the lines above, or check the quotes before it",
)
_SAYINGS: Final = {
    "mapping values are not allowed": (
        "': ' inside a text, or a wrong indentation",
        "put the text in quotes, or align the key",
    ),
    "did not find expected key": _NEITHER,
    "expected '-' indicator": _NEITHER,
    "expected node content": ("a value is missing here", "write one; '' is an empty text"),
    "sequence entries are not allowed": (
        "a list cannot begin here",
        "begin it in a line of its own, or put the text in quotes",
    ),
    "unknown escape character": (
        "no such escape in double quotes",
        "write \\\\ for a backslash, or take single quotes",
    ),
    "alphabetic or numeric character": ("'*' and '&' are followed by a name without a space", "put the text in quotes"),
    "undefined tag handle": ("no such tag", "leave it out, or put the text in quotes"),
    "comment or line break": ("this cannot stand behind '|' or '>'", "write the text in the lines below"),
    "expected <document start>": ("the document ends before this", "remove it, or the '...' above"),
}
"""What libyaml says, in other words, and what to do."""


class _Mark(NamedTuple):
    """A place, counted from 0, as PyYAML's marks are."""

    line: int
    column: int


def explain_yaml(error: Any, text: str) -> YAMLEventError:
    """Say what is wrong with a text that is no YAML.

    Args:
        error: What PyYAML raised.
        text: The text.

    Returns:
        The same in other words, with the place where something is to be done.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _explain_character(error, text)
    lines = _BREAK.split(text)
    line = lines[mark.line] if mark.line < len(lines) else ""
    return _explain(str(error.problem), line, mark, getattr(error, "context_mark", None))


def _explain_character(error: Any, text: str) -> YAMLEventError:
    refused = _REFUSED.search(text)
    if refused is None:
        return YAMLEventError(f"this is no YAML: {str(error).splitlines()[0]}")
    before = _BREAK.split(text[: refused.start()])
    message = f"the character U+{ord(refused.group()):04X} is not allowed in YAML"
    place = _Mark(len(before) - 1, len(before[-1]))
    return YAMLEventError(message, place, "remove it, or write \\x… in double quotes")


def _explain(problem: str, line: str, place: Any, opened: Any) -> YAMLEventError:
    indent = line[: len(line) - len(line.lstrip())]
    character = line[place.column : place.column + 1]
    if "\t" in indent and (character == "\t" or "tab" in problem or not line[: place.column].strip()):
        tab = _Mark(place.line, indent.index("\t"))
        return YAMLEventError("a tab in the indentation", tab, "indent with spaces")
    if "cannot start any token" in problem:
        message = f"a text cannot start with {character!r} unless it is in quotes"
        return YAMLEventError(message, place, "put the text in quotes")
    if "could not find expected ':'" in problem and opened:
        return YAMLEventError("a ':' is missing behind this", opened, "check the quotes before it, too")
    if "unexpected end of stream" in problem and opened:
        return YAMLEventError("the quote that is opened here is never closed", opened, "close it")
    if opened and (bracket := _BRACKET.search(problem)):
        hint = f"the bracket was opened in line {opened.line + 1}, column {opened.column + 1}"
        return YAMLEventError(f"',' or {bracket[1]!r} is missing here", place, hint)
    for words, (message, advice) in _SAYINGS.items():
        if words in problem:
            return YAMLEventError(message, place, advice)
    return YAMLEventError(f"this is no YAML: {problem}", place)
