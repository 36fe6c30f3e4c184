"""Values that a workflow reads and nobody may see: where they come from, and how they stay out of what is written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SHOWN = "***"
"""What stands in the place of a secret."""

_SHORTEST_LINE = 6
"""A line of a secret of several lines is masked on its own if it has as many characters."""


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


class Mask:
    """Replaces secrets by `***`, also in the forms that JSON, Python's `repr`, URLs and base64 give them."""

    def __init__(self) -> None:
        self._forms: list[str] = []

    def __bool__(self) -> bool:
        """Whether there is anything to replace."""
        return bool(self._forms)

    def add(self, *values: str) -> None:
        """Replace these values from now on; an empty one is none."""
        forms = {form for value in values if value for form in _forms(value)}
        self._forms = sorted(forms.union(self._forms), key=len, reverse=True)

    def text(self, text: str) -> str:
        """A text without secrets."""
        for form in self._forms:
            text = text.replace(form, SHOWN)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value without secrets: in its texts and keys, and numbers that are written like one."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool) and json.dumps(value) in self._forms:
            return SHOWN
        return value

    def json(self, content: bytes) -> bytes:
        """A JSON document, a mapping, without secrets; its own keys stay."""
        masked = {key: self.value(value) for key, value in json.loads(content).items()}
        return json.dumps(masked, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @contextmanager
    def streams(self) -> Iterator[None]:
        """Mask what is printed and logged inside; workers do the same (`wt_task.worker`)."""
        if not self:
            yield
            return
        plain = sys.stdout, sys.stderr
        masked = MaskedStream(sys.stdout, self), MaskedStream(sys.stderr, self)
        sys.stdout, sys.stderr = masked
        try:
            yield
        finally:
            sys.stdout, sys.stderr = plain
            for stream in masked:
                stream.finish()


class MaskedStream:
    """A text stream that writes whole lines, without secrets.

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

    def finish(self) -> None:
        """Write what is left."""
        self._stream.write(self._mask.text(self._pending))
        self._pending = ""

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's own."""
        return getattr(self._stream, name)


def _forms(value: str) -> Iterator[str]:
    import base64
    from urllib.parse import quote, quote_plus

    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield quote(value, safe="")
    yield quote_plus(value)
    encoded = base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
    yield from {encoded, encoded.rstrip("=")}
    for line in value.splitlines():
        if len(line.strip()) >= _SHORTEST_LINE:
            yield line.strip()
