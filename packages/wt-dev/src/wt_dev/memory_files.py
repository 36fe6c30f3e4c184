"""Temporary files in memory, where a file is made a hundred times as fast as on many disks."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

_PLACE: Final = Path("/dev/shm")  # noqa: S108 - directories in it are made by tempfile
_ENOUGH: Final = 2**30
"""Bytes that have to be free."""


def use_memory() -> None:
    """Let `tempfile` put what this process makes into memory, if the system has such a place and room in it."""
    try:
        found = os.statvfs(_PLACE)
    except OSError:
        return
    if found.f_bavail * found.f_frsize >= _ENOUGH and os.access(_PLACE, os.W_OK | os.X_OK):
        tempfile.tempdir = str(_PLACE)
