"""Warehouses inside warehouses: what a nested pipeline begins with, and what the one above takes over from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wt_engine.injection import MISSING
from wt_engine.warehouse.view import Changes, View, differ, private


class Child(View):
    """The warehouse of a nested pipeline.

    Attributes:
        base: What it began with, as the one above has it.
    """

    __slots__ = ("base",)

    def __init__(self, base: Mapping[str, Any], *, isolated: bool, iteration: Any) -> None:
        self.base = dict.copy(base) if isinstance(base, dict) else dict(base)
        super().__init__({key: private(value) for key, value in self.base.items()} if isolated else self.base)
        self.iteration = iteration

    def left(self) -> Changes:
        """What is different now: keys that were set or removed, and values that may have been changed in place."""
        self.begin()
        now = self.plain()
        new = {key: value for key, value in now.items() if self._changed(key, value)}
        removed = [key for key in self.base if key not in now]
        before = {key: self.base.get(key, MISSING) for key in (*new, *removed)}
        return Changes(new, removed, before)

    def _changed(self, key: str, value: Any) -> bool:
        base = self.base.get(key, MISSING)
        return key in self.touched if base is value else differ(base, value)
