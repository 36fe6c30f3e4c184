"""Values that a workflow reads and nobody may see: where they come from, and how they stay out of what is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wt_contracts.masking import Mask


def secret(name: str) -> str:
    """The value of a secret that a spec refers to as `${{ secrets.NAME }}`.

    It comes from the environment variable of that name; else from the file that `<NAME>_FILE` names; else from the file
    of that name in the directory that `WT_SECRETS_DIR` names, as container platforms mount them. A line break at the
    end of a file does not belong to it.

    Args:
        name: The name of the secret.

    Returns:
        Its value.

    Raises:
        DiagnosticError: If it is nowhere, or its file cannot be read.
    """
    value = os.environ.get(name)
    if value is not None:
        return value
    path = os.environ.get(f"{name}_FILE")
    directory = os.environ.get("WT_SECRETS_DIR")
    if path is None and directory is not None:
        path = f"{directory}/{name}"
    if path is None:
        raise _missing(name, "is given nowhere")
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
            return file.read().removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise _missing(name, f"cannot be read from {path}: {reason}") from None


def _missing(name: str, what: str) -> Exception:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    hint = f"set {name}, or {name}_FILE to a file that holds it, or WT_SECRETS_DIR to a directory with a file {name}"
    return DiagnosticError(Diagnostic(code=Code.SECRET_MISSING, message=f"the secret {name} {what}", hint=hint))


@contextmanager
def masked_streams(mask: Mask) -> Iterator[None]:
    """Mask what is printed and logged inside; workers do the same (`wt_task.worker`)."""
    if not mask:
        yield
        return
    plain = sys.stdout, sys.stderr
    masked = MaskedStream(sys.stdout, mask), MaskedStream(sys.stderr, mask)
    sys.stdout, sys.stderr = masked
    try:
        yield
    finally:
        sys.stdout, sys.stderr = plain
        for stream in masked:
            stream.finish()


class MaskedStream:
    """A text stream that writes whole lines, or what is flushed, without secrets.

    Args:
        stream: Where to write.
        mask: What to replace.
    """

    def __init__(self, stream: Any, mask: Mask) -> None:
        self._stream = stream
        self._mask = mask
        self._pending = ""

    def write(self, text: str) -> int:
        """Write what ends with a line break; the rest waits, because a secret may come in pieces."""
        self._pending += text
        end = self._pending.rfind("\n") + 1
        if end:
            self._stream.write(self._mask.text(self._pending[:end]))
            self._pending = self._pending[end:]
        return len(text)

    def flush(self) -> None:
        """Write what waits, but for what may be the beginning of a secret."""
        end = len(self._pending) - self._mask.begun(self._pending)
        self._stream.write(self._mask.text(self._pending[:end]))
        self._stream.flush()
        self._pending = self._pending[end:]

    def finish(self) -> None:
        """Write what is left."""
        self._stream.write(self._mask.text(self._pending))
        self._pending = ""

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's own."""
        return getattr(self._stream, name)
