"""What stands for a value that a record could not keep."""

from __future__ import annotations


class Lost:
    """Stands for a value that could not be kept.

    Args:
        why: What kept it from being kept.
    """

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"Lost({self.why!r})"
