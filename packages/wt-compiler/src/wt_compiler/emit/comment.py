"""Titles of the author's as comments of generated code."""

from __future__ import annotations

import re

_LONGEST_TITLE = 80
_DIRECTIVE = re.compile(r"\b(noqa|nosec|nopep8|pragma|(type|fmt|ruff|flake8|mypy|pyright|pylint|isort|yapf)\s*:)", re.I)
"""Comments that linters, formatters or type checkers obey; no title may turn into one."""


def harmless(title: str) -> str:
    """A title as a comment that no tool obeys; empty if there is none."""
    if _DIRECTIVE.search(title):
        return ""
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
