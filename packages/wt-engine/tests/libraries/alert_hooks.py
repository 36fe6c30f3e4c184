"""Hooks of thresholds, as a library offers them."""

from __future__ import annotations

from typing import Any

CALLED: list[Any] = []


def note(alert: Any) -> None:
    CALLED.append(alert)


async def note_later(alert: Any) -> None:
    CALLED.append(alert)


def broken(alert: Any) -> None:
    raise ValueError("a broken hook")
