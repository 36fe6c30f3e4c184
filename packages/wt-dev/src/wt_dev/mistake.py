"""A mistake of whoever called."""

from __future__ import annotations


class MistakeError(Exception):
    """What is wrong, in a line."""
