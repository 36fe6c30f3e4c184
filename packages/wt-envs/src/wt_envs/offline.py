"""Working without a network: what is not in a cache or in a channel on this machine is not there."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "WT_OFFLINE"
_NO: Final = frozenset({"", "0", "false", "no"})


def is_offline() -> bool:
    """Whether nothing may be fetched: `WT_OFFLINE` is set, to anything but 0, false or no."""
    return os.environ.get(VARIABLE, "").lower() not in _NO


def go_offline() -> None:
    """Fetch nothing from here on, in this process and in those that it starts."""
    os.environ[VARIABLE] = "1"
