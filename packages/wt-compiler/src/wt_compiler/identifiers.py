"""Which names a spec may give: they become names in Python code."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from typing import Final

LONGEST_SPEC_ID: Final = 64
LONGEST_INSTANCE_ID: Final = 32

RESERVED: Final = frozenset({"task", "env", "params", "main"})
"""What generated code itself defines or imports."""

_BUILTINS: Final = frozenset(dir(builtins))


def why_no_identifier(name: str, longest: int) -> str | None:
    """Why a name cannot be an identifier in generated code, as the end of a sentence; None if it can.

    Args:
        name: The name.
        longest: How many characters it may have.
    """
    if not name.isidentifier():
        return "is no identifier: letters, digits and underscores, not starting with a digit"
    if not name.isascii() and unicodedata.normalize("NFKC", name) != name:
        return f"is read by Python as {unicodedata.normalize('NFKC', name)!r}"
    if keyword.iskeyword(name):
        return "is a keyword of Python"
    if name in _BUILTINS:
        return "is a builtin of Python"
    if len(name) > longest:
        return f"is longer than {longest} characters"
    return None


def as_identifier(name: str) -> str | None:
    """The identifier that a wrong name was most likely meant to be, or None."""
    words = "".join(character if character.isalnum() else "_" for character in name).strip("_")
    return words if words.isidentifier() and words != name else None
