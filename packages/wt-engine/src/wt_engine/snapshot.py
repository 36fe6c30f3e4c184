"""A picture of any value that JSON can hold: bounded in size, and without what must stay secret."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from wt_contracts.masking import SHOWN, secret_forms

_DEPTH = 8
_ITEMS = 100
_TEXT = 2_000
_NODES = 2_000
_SHORTEST_SECRET = 4
_REPR: Any = object.__repr__
_NAMES = re.compile(
    r"pass(word|wd|phrase)|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|authorization|credential|cookie",
    re.IGNORECASE,
)


class Secrets:
    """What must not be shown.

    Args:
        given: Texts that are hidden wherever they appear, in any of their forms, and compiled patterns: a key in which
            one of them is found hides its value, as do keys such as `password`, `token` or `api_key`.

    Raises:
        TypeError: Something else was given.
    """

    def __init__(self, given: Iterable[str | re.Pattern[str]] = ()) -> None:
        self._names = [_NAMES]
        self.values: set[str] = set()
        for secret in [given] if isinstance(given, str | re.Pattern) else given:
            if isinstance(secret, re.Pattern):
                self._names.append(secret)
            elif isinstance(secret, str):
                self.values.update(secret_forms(secret))
            else:
                raise TypeError(f"secrets are texts and compiled patterns, not {secret!r}")

    def hides(self, key: Any) -> bool:
        """Whether the value of a key is secret."""
        return isinstance(key, str) and any(pattern.search(key) for pattern in self._names)

    def masked(self, text: str, more: Iterable[str] = ()) -> str:
        """A text without the secrets in it.

        Args:
            text: The text.
            more: Further secrets.
        """
        # The longest first: a secret may contain another one.
        for value in sorted({*self.values, *more}, key=len, reverse=True):
            text = text.replace(value, SHOWN)
        return text


class Snapshot:
    """Takes pictures of values; one size limit holds for all that are taken with it.

    Args:
        secrets: What must not be shown.

    Attributes:
        found: The texts that stood under secret keys; they may appear elsewhere, as in a traceback.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._left = _NODES
        self._inside: set[int] = set()
        self.found: set[str] = set()

    def take(self, value: Any, depth: int = 0) -> Any:
        """The picture of a value: numbers, texts, lists and dictionaries; anything else as `repr` shows it."""
        self._left -= 1
        if value is None or isinstance(value, bool | int | float):
            return _plain(value)
        if isinstance(value, str):
            return self.text(value)
        if id(value) in self._inside:
            return "<the same object again>"
        parts = _parts(value)
        if parts is None:
            return self.text(_shown(value))
        if depth >= _DEPTH or self._left <= 0:
            return f"<{type(value).__name__} of {len(parts)}>"
        self._inside.add(id(value))
        try:
            return self._mapping(parts, depth) if isinstance(parts, Mapping) else self._sequence(parts, depth)
        except Exception as error:  # noqa: BLE001 - another thread may change the object while it is looked at
            return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
        finally:
            self._inside.discard(id(value))

    def text(self, text: str) -> str:
        """A text, masked and cut to size."""
        # Masked before it is cut: half a secret is still one.
        text = self._secrets.masked(text, self.found)
        if len(text) > _TEXT:
            text = f"{text[: _TEXT // 2]} … {len(text) - _TEXT} more … {text[-_TEXT // 2 :]}"
        return text

    def _mapping(self, parts: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        picture: dict[str, Any] = {}
        for key, value in parts.items():
            if len(picture) >= _ITEMS or self._left <= 0:
                picture["…"] = f"{len(parts) - len(picture)} more"
                break
            name = self.text(key if isinstance(key, str) else _shown(key))
            if self._secrets.hides(key):
                if isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
                    self.found.add(value)
                picture[name] = value if value is None else SHOWN
            else:
                picture[name] = self.take(value, depth + 1)
        return picture

    def _sequence(self, parts: list[Any], depth: int) -> list[Any]:
        picture: list[Any] = []
        for value in parts:
            if len(picture) >= _ITEMS or self._left <= 0:
                picture.append(f"… {len(parts) - len(picture)} more")
                break
            picture.append(self.take(value, depth + 1))
        return picture


def _parts(value: Any) -> Mapping[Any, Any] | list[Any] | None:
    """What a value is made of; None for one that is shown as a whole."""
    try:
        if isinstance(value, Mapping):
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return list(value)
        if isinstance(value, type) or not isinstance(getattr(value, "__dict__", None), dict):
            if dataclasses.is_dataclass(value) and not isinstance(value, type):
                return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
            return None
        # A class that shows itself in its own way, such as an array or a path, is shown so; pydantic models are data.
        own = getattr(type(value), "__repr__", None) is _REPR or dataclasses.is_dataclass(value)
        return vars(value) if own or hasattr(type(value), "model_fields") else None
    except Exception:  # noqa: BLE001 - an object of the user's may do anything when it is looked at
        return None


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - as above
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"


def _plain(value: Any) -> Any:
    """A number as JSON knows it: no member of an enumeration, no infinity."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if math.isfinite(value) else repr(float(value))
