"""Amounts as a person reads them."""

from __future__ import annotations

import time


def shown_bytes(size: float) -> str:
    """An amount of bytes, such as `1.5 MB`."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def shown_age(moment: float) -> str:
    """How long ago a moment (in seconds since the epoch) was, such as `2 days ago`."""
    seconds = max(0.0, time.time() - moment)
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // length)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
