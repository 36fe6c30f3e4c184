"""Where everything is kept that can be made again."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "WT_CACHE_DIR"


def cache_root() -> Path:
    """The directory of wt's caches, which may not exist yet.

    Returns:
        `WT_CACHE_DIR` if it is set, else the directory `wt` in the platform's cache directory; absolute.

    Raises:
        DiagnosticError: If the user has no home directory and the variable is not set.
    """
    configured = os.environ.get(VARIABLE)
    try:
        return Path(configured).expanduser().absolute() if configured else _platform_cache() / "wt"
    except RuntimeError:
        # Imported here because the process that draws asks for this directory, too, and has no time to lose.
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        raise DiagnosticError(
            Diagnostic(
                code=Code.CACHE_NOT_WRITABLE,
                message="there is no home directory to keep caches in",
                hint=f"set {VARIABLE} to a directory that can be written",
            )
        ) from None


def _platform_cache() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    # The XDG base directory specification says that a relative path is to be ignored.
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return configured if configured.is_absolute() else Path.home() / ".cache"
