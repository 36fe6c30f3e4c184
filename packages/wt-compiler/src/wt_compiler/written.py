"""A file that a command writes for the user: whole, or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError


def write_whole(output: Path, content: bytes, what: str) -> None:
    """Write a file so that a reader sees all of it or the one that was there before.

    Args:
        output: Where to; missing directories are made.
        content: What is in it.
        what: What the user calls it, such as `the picture`.

    Raises:
        DiagnosticError: If it cannot be written (WT140).
    """
    aside = output.parent / f".{output.name}.{os.getpid()}"
    try:
        if output.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(output))
        output.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(output)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        message = f"{what} cannot be written: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message, file=str(output))) from None
