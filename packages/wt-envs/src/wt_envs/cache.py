"""Where everything is kept that can be made again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from wt_contracts.cache_place import CACHE_VARIABLE, cache_place

VARIABLE: Final = CACHE_VARIABLE


def cache_root() -> Path:
    """The directory of wt's caches, which may not exist yet.

    Returns:
        `WT_CACHE_DIR` if it is set, else the directory `wt` in the platform's cache directory; absolute.

    Raises:
        DiagnosticError: If the user has no home directory and the variable is not set.
    """
    place = cache_place()
    if place is not None:
        return Path(place)
    # Imported here because the process that draws asks for this directory, too, and has no time to lose.
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    raise DiagnosticError(
        Diagnostic(
            code=Code.CACHE_NOT_WRITABLE,
            message="there is no home directory to keep caches in",
            hint=f"set {VARIABLE} to a directory that can be written",
        )
    )
