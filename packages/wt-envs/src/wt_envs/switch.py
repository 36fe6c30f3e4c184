"""Environment variables that turn something on."""

from __future__ import annotations

import os
from typing import Final

_NO: Final = frozenset({"", "0", "false", "no"})


def is_on(variable: str) -> bool:
    """Whether an environment variable is set, to anything but 0, false or no."""
    return os.environ.get(variable, "").lower() not in _NO
