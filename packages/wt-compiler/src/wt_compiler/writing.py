"""A file that a command writes at the user's wish: all of it, or nothing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError


def write_whole(path: Path, content: bytes, what: str) -> None:
    """Write a file beside its place, and put it there when it is whole.

    Args:
        path: Where; its directory is made.
        content: What it holds.
        what: What it is, for the message.

    Raises:
        DiagnosticError: If it cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        message = f"{what} cannot be written: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message, file=str(path))) from None
