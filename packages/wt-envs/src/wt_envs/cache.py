"""Where wt keeps what it can make again: wheels, locks, environments, discovered tasks."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_root() -> Path:
    """The directory of all caches: `WT_CACHE_DIR`, else `wt` in the platform's place for caches.

    It is not created here.
    """
    own = os.environ.get("WT_CACHE_DIR")
    if own:
        return Path(own).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "wt" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/wt"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wt"
