"""Working without a network: what is not in a cache or in a channel on this machine is not there."""

from __future__ import annotations

import os
from typing import Final

from wt_envs.switch import is_on

VARIABLE: Final = "WT_OFFLINE"


def is_offline() -> bool:
    """Whether nothing may be fetched: `WT_OFFLINE` is set, to anything but 0, false or no."""
    return is_on(VARIABLE)


def go_offline() -> None:
    """Fetch nothing from here on, in this process and in those that it starts."""
    os.environ[VARIABLE] = "1"
