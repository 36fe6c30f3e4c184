"""Values of any kind in the record of a workflow: small ones in the record itself, large ones in files beside it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wt_engine.errors import UnrecordableError
from wt_engine.hidden_texts import HiddenTexts
from wt_engine.lost_value import Lost

INLINE = 4096
"""How many bytes of a pickled value stand in the record itself."""

_SCALARS = (str, int, float, bool, type(None))


class ValueKeeper:
    """Writes whatever can be pickled (a `wt_engine.codec.Codec`).

    A value that cannot be pickled is lost, and the run goes on: it is missed only by a run that is resumed and needs
    it. Files are named by their content's SHA-256 and written aside, so none is ever half written; what has been
    changed since is refused. Reading runs code that a pickle names: read only what a run of yours has written.

    Args:
        directory: Where the files of large values go.
        secrets: The value of each secret by its name. Texts are kept without them, and get what they are when the
            value is read.
    """

    def __init__(self, directory: str | os.PathLike[str], secrets: Mapping[str, str] | None = None) -> None:
        self._directory = Path(directory)
        self._hidden = HiddenTexts(secrets or {})

    def encode(self, value: Any) -> str:
        """A value as JSON text, which may name a file."""
        if type(value) in _SCALARS and not self._hidden.within(value):
            with contextlib.suppress(ValueError):  # more digits than Python writes
                return json.dumps(value)
        try:
            content = self._hidden.dumps(value)
        except Exception as error:  # noqa: BLE001 - whatever a type's own code raises, the value cannot be kept
            return json.dumps({"lost": f"a {type(value).__module__}.{type(value).__qualname__}: {error}"})
        if len(content) <= INLINE:
            return json.dumps({"pickle": base64.b64encode(content).decode()})
        return json.dumps({"file": self._write(content)})

    def decode(self, text: str) -> Any:
        """The value that was written; a `Lost` for one that could not be.

        Raises:
            UnrecordableError: Its file or its class is not there any more, or has changed.
        """
        data = json.loads(text)
        if not isinstance(data, dict):
            return data
        if "lost" in data:
            return Lost(data["lost"])
        content = base64.b64decode(data["pickle"]) if "pickle" in data else self._read(data["file"])
        try:
            return self._hidden.loads(content)
        except Exception as error:
            raise UnrecordableError("", f"it cannot be read again: {error}") from error

    def _write(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        target = self._directory / digest
        if not target.exists():
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._directory, delete=False) as file:
                try:
                    file.write(content)
                    file.close()
                    Path(file.name).replace(target)
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
        else:
            target.touch()  # it belongs to a later run, too
        return digest

    def _read(self, digest: str) -> bytes:
        path = self._directory / digest
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UnrecordableError("", f"the file of its value cannot be read: {path}: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise UnrecordableError("", f"the file of its value has been changed: {path}")
        return content
