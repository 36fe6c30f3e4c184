"""Texts that certainly are not what their `format` says: a schema alone takes any text for a date.

Tasks read them with pydantic, which takes more than the formats of JSON Schema: `2024-01-02 10:00`, `1:30:00` as a
duration, seconds since the epoch. So only what it refuses in any case is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Final

_NUMBER: Final = re.compile(r"\s*[-+]?\d+(\.\d*)?\s*")
_DURATION: Final = re.compile(r"\s*[-+]?(P.*\d|\d)", re.IGNORECASE)
_UUID: Final = re.compile(r"(urn:uuid:)?\{?[0-9a-f-]{32,36}\}?", re.IGNORECASE)


def _is_date(text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return True
    try:
        date.fromisoformat(text.strip()[:10])
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return True
    hours = text.strip()[:5]
    try:
        time.fromisoformat(hours)
    except ValueError:
        return False
    return True


def _is_duration(text: str) -> bool:
    return _DURATION.match(text) is not None


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text.strip()) is not None


def _is_anything(_text: str) -> bool:
    return True


_OTHERS: Final = (
    *("email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "iri"),
    *("iri-reference", "uri-template", "json-pointer", "relative-json-pointer", "regex"),
)
"""What a validator would look at by itself, and more strictly than tasks do."""

FORMATS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        **dict.fromkeys(_OTHERS, _is_anything),
        "date": _is_date,
        "date-time": _is_date,
        "time": _is_time,
        "duration": _is_duration,
        "uuid": _is_uuid,
    }
)
"""Whether a text can be what a format says, by its name."""
