"""Pickling without secrets: a text is written with a gap for each, which is filled with what it is when it is read."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from wt_contracts.masking import secret_forms

_PROTOCOL = 5

Place: TypeAlias = tuple[int, int]
"""Which of the secrets, in the order of their names, and which of its forms."""


class HiddenTexts:
    """Writes and reads values in whose texts and bytes secrets may stand, as they are or in another of their forms.

    What a class keeps elsewhere, such as in the memory of an array, is not looked into.

    Args:
        secrets: The value of each by its name; an empty one is none.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        forms = [secret_forms(secrets[name]) for name in sorted(secrets)]
        self._texts: _Gaps | None = None
        self._bytes: _Gaps | None = None
        if any(forms):
            self._texts = _Gaps("", forms)
            self._bytes = _Gaps(b"", [[form.encode("utf-8", "surrogatepass") for form in each] for each in forms])

    def within(self, value: Any) -> bool:
        """Whether a value is a text with a secret in it."""
        return self.parts(value) is not None

    def dumps(self, value: Any) -> bytes:
        """Write a value.

        Raises:
            Exception: Whatever the code of its type raises.
        """
        if self._texts is None:
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

    def parts(self, value: Any) -> tuple[Any, ...] | None:
        """A text or bytes as what stands around the secrets, and the place of each; None without any."""
        if self._texts is not None and type(value) is str:
            return self._texts.parts(value)
        if self._bytes is not None and type(value) is bytes:
            return self._bytes.parts(value)
        return None

    def filled(self, parts: tuple[Any, ...]) -> str | bytes:
        """The text or bytes of such parts.

        Raises:
            LookupError: A secret is not there any more, or has fewer lines than it had.
        """
        gaps: _Gaps | None = self._texts if isinstance(parts[0], str) else self._bytes
        if gaps is None:
            raise LookupError("the secrets in it are not known")
        whole: str | bytes = gaps.filled(parts)
        return whole


class _Gaps:
    """Finds and fills the places of secrets in texts, or in bytes.

    Args:
        nothing: The empty text, or no bytes.
        forms: The forms of each secret.
    """

    def __init__(self, nothing: Any, forms: Sequence[Sequence[Any]]) -> None:
        self._nothing = nothing
        self._forms = forms
        self._places: dict[Any, Place] = {}
        for number, each in enumerate(forms):
            for kind, form in enumerate(each):
                self._places.setdefault(form, (number, kind))
        # The longest first: a secret may contain another one
        longest = sorted(map(re.escape, self._places), key=len, reverse=True)
        self._pattern = re.compile(("|" if nothing == "" else b"|").join(longest))

    def parts(self, text: Any) -> tuple[Any, ...] | None:
        found: list[Any] = []
        end = 0
        for match in self._pattern.finditer(text):
            found += [text[end : match.start()], self._places[match[0]]]
            end = match.end()
        return (*found, text[end:]) if found else None

    def filled(self, parts: tuple[Any, ...]) -> Any:
        return self._nothing.join(self._forms[part[0]][part[1]] if isinstance(part, tuple) else part for part in parts)


class _Pickler(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO, hidden: HiddenTexts) -> None:
        super().__init__(buffer, _PROTOCOL)
        self._hidden = hidden

    def persistent_id(self, value: Any) -> tuple[Any, ...] | None:
        return self._hidden.parts(value)


class _Unpickler(pickle.Unpickler):
    def __init__(self, buffer: io.BytesIO, hidden: HiddenTexts) -> None:
        super().__init__(buffer)
        self._hidden = hidden

    def persistent_load(self, parts: Any) -> str | bytes:
        return self._hidden.filled(parts)
