"""Where wt keeps what can be made again, as every package finds it."""

from __future__ import annotations

import os
import sys

CACHE_VARIABLE = "WT_CACHE_DIR"


def cache_place() -> str | None:
    """The directory of wt's caches, which may not exist yet.

    Returns:
        `WT_CACHE_DIR` if it is set, else the directory `wt` in the platform's cache directory; absolute. None if the
        user has no home directory and the variable is not set.
    """
    configured = os.environ.get(CACHE_VARIABLE)
    if configured:
        expanded = os.path.expanduser(configured)  # noqa: PTH111 - importing pathlib costs more than a run may take
        return None if expanded.startswith("~") else os.path.abspath(expanded)  # noqa: PTH100
    platform = _platform_cache()
    return platform and os.path.join(platform, "wt")  # noqa: PTH118


def _platform_cache() -> str | None:
    home = os.path.expanduser("~")  # noqa: PTH111
    known = home if os.path.isabs(home) else None  # noqa: PTH117
    if sys.platform == "darwin":
        return known and f"{known}/Library/Caches"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return local or (known and f"{known}\\AppData\\Local")
    # The XDG base directory specification says that a relative path is to be ignored.
    configured = os.environ.get("XDG_CACHE_HOME", "")
    return configured if os.path.isabs(configured) else known and f"{known}/.cache"  # noqa: PTH117
