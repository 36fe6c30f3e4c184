"""Pickling without secrets: a text is written with a gap for each, which is filled with what it is when it is read."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Mapping
from typing import Any

_PROTOCOL = 5


class HiddenTexts:
    """Writes and reads values in whose texts secrets may stand.

    What a class keeps outside of Python's own texts, such as in the memory of an array, is not looked into, and
    neither are other forms of a secret, such as its base64.

    Args:
        secrets: The value of each by its name; an empty one is none.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._values = [secrets[name] for name in sorted(secrets)]
        longest = sorted(filter(None, self._values), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest))) if longest else None

    def within(self, value: Any) -> bool:
        """Whether a value is a text with a secret in it."""
        return self._pattern is not None and type(value) is str and self._pattern.search(value) is not None

    def dumps(self, value: Any) -> bytes:
        """Write a value.

        Raises:
            Exception: Whatever the code of its type raises.
        """
        if self._pattern is None:
            return pickle.dumps(value, _PROTOCOL)
        buffer = io.BytesIO()
        _Pickler(buffer, self).dump(value)
        return buffer.getvalue()

    def loads(self, content: bytes) -> Any:
        """Read a value, which runs code that it names.

        Raises:
            Exception: It is damaged, its class is gone, or a secret of it is not known.
        """
        return _Unpickler(io.BytesIO(content), self).load()

    def parts(self, text: str) -> tuple[str | int, ...] | None:
        """A text as what stands around its secrets, and the place of each among their names; None without any."""
        if self._pattern is None or self._pattern.search(text) is None:
            return None
        found: list[str | int] = []
        end = 0
        for match in self._pattern.finditer(text):
            found += [text[end : match.start()], self._values.index(match[0])]
            end = match.end()
        return (*found, text[end:])

    def text(self, parts: tuple[str | int, ...]) -> str:
        """The text of such parts.

        Raises:
            LookupError: There are fewer secrets than when it was written.
        """
        return "".join(self._values[part] if isinstance(part, int) else part for part in parts)


class _Pickler(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO, hidden: HiddenTexts) -> None:
        super().__init__(buffer, _PROTOCOL)
        self._hidden = hidden

    def persistent_id(self, value: Any) -> tuple[str | int, ...] | None:
        return self._hidden.parts(value) if type(value) is str else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, buffer: io.BytesIO, hidden: HiddenTexts) -> None:
        super().__init__(buffer)
        self._hidden = hidden

    def persistent_load(self, parts: Any) -> str:
        return self._hidden.text(parts)
