"""What a person may answer when a workflow is begun."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_LONGEST_NAME = 50

NO_LICENCE = "none"
LICENCES = ("BSD-3-Clause", "MIT", "Apache-2.0", "GPL-3.0-or-later", "CC0-1.0", NO_LICENCE)
"""The SPDX identifiers that are offered."""


def suggest_name(directory: Path) -> str:
    """A name for the workflow that is written to a directory, from the directory's own name."""
    plain = unicodedata.normalize("NFKD", directory.resolve().name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def check_name(name: str) -> str:
    """Refuse a name that cannot be a workflow's.

    Args:
        name: The name; its hyphens become underscores in Python and in the spec's id.

    Returns:
        The name.

    Raises:
        ValueError: If it cannot be a package's name and, written with underscores, a spec's id.
    """
    identifier = name.replace("-", "_")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: it takes a-z, 0-9 and single hyphens, and a letter first")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"the name has {len(name)} characters, the most is {_LONGEST_NAME}")
    if keyword.iskeyword(identifier) or identifier in dir(builtins):
        raise ValueError(f"{name!r} has a meaning in Python")
    return name


def check_author(author: str) -> str:
    """Refuse an author's name that cannot stand in one line.

    Raises:
        ValueError: If it has control characters in it.
    """
    if not author.isprintable():
        raise ValueError("the author's name has characters that cannot be printed")
    return author.strip()
