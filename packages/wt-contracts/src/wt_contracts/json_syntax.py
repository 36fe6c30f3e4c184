"""What a JSON parser stumbles over, in words that say what to do."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,:{}\[\]"]+')
_QUOTES: Final = "JSON has double quotes"


class JSONMistake(NamedTuple):
    """A mistake in a text that was meant to be JSON.

    Attributes:
        message: What is wrong.
        place: Where in the text, counted from 0; None if that is not known.
        hint: What to do about it.
    """

    message: str
    place: int | None
    hint: str | None = None


def explain_json(problem: str, text: str, place: int) -> JSONMistake:
    """Say what is wrong with a text that is no JSON.

    Args:
        problem: What a `json.JSONDecodeError` says.
        text: The text.
        place: Where it stands, counted from 0.
    """
    before, after = text[:place].rstrip(), text[place : place + 1]
    if "trailing comma" in problem or (after in ("}", "]") and before.endswith(",")):
        comma = place if after == "," else len(before) - 1
        return JSONMistake("a ',' with nothing behind it", comma, "remove it")
    if not after:
        return JSONMistake("the text ends too early", place, "close what is open: every quote and bracket")
    if after == "'":
        return JSONMistake("a text in single quotes", place, _QUOTES)
    if problem.startswith("Expecting property name"):
        return JSONMistake("a key in double quotes is missing here", place)
    if problem.startswith("Expecting value"):
        word = _word(text, place)
        return JSONMistake(
            f"{word} is no value" if word else "a value is missing here", place, _QUOTES if word else None
        )
    if problem.startswith(("Expecting ',' delimiter", "Expecting ':' delimiter")):
        return JSONMistake(f"{problem[10:13]} is missing here", place)
    if problem.startswith("Extra data"):
        return JSONMistake("the JSON ends before this", place, "a file holds one value")
    if problem.startswith("Unterminated string"):
        return JSONMistake("the quote that is opened here is never closed", place, "close it")
    if problem.startswith("Invalid control character"):
        return JSONMistake("a line break or tab inside of a text", place, "write \\n or \\t")
    if problem.startswith("Invalid \\"):
        return JSONMistake("JSON knows no such escape", place, "write \\\\ for a backslash")
    return JSONMistake(f"this is no JSON: {problem}", place)


def find_token(text: str, beginning: str) -> int | None:
    """Where a word or number, outside of all quotes, stands in a text; None if it does not."""
    return next((each.start() for each in _TOKEN.finditer(text) if each.group().startswith(beginning)), None)


def _word(text: str, place: int) -> str:
    found = _TOKEN.match(text, place)
    return repr(found.group()[:40]) if found else ""
