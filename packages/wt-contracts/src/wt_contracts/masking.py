"""What nobody may see, in the forms in which it stands in texts, and what stands there instead."""

from __future__ import annotations

import json
from typing import Any

SHOWN = "***"
"""What stands in the place of a secret."""

_SHORTEST_LINE = 6
"""A line of a secret of several lines is masked on its own if it has as many characters."""


def secret_forms(value: str) -> tuple[str, ...]:
    """A secret as it is, and as JSON, Python's `repr`, URLs and base64 write it; its long lines, if it has several.

    Args:
        value: The secret.

    Returns:
        Its forms, always in the same order, the secret itself first; some may be the same. None of an empty one.
    """
    if not value:
        return ()
    import base64
    from urllib.parse import quote, quote_plus

    raw = value.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(raw).decode()
    lines = (line.strip() for line in value.splitlines())
    return (
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(raw, safe=""),
        quote_plus(raw),
        encoded,
        encoded.rstrip("="),
        *(line for line in lines if len(line) >= _SHORTEST_LINE),
    )


class Mask:
    """Replaces secrets by `***`, in whichever of their forms they stand."""

    def __init__(self) -> None:
        self._forms: list[str] = []

    def __bool__(self) -> bool:
        """Whether there is anything to replace."""
        return bool(self._forms)

    def add(self, *values: str) -> None:
        """Replace these values from now on; an empty one is none."""
        forms = {form for value in values for form in secret_forms(value)}
        self._forms = sorted(forms.union(self._forms), key=len, reverse=True)

    def text(self, text: str) -> str:
        """A text without secrets."""
        for form in self._forms:
            text = text.replace(form, SHOWN)
        return text

    def begun(self, text: str) -> int:
        """How many characters at the end of a text may be the beginning of a secret."""
        return max((_overlap(text, form) for form in self._forms), default=0)

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


def _overlap(text: str, form: str) -> int:
    """How much of the beginning of a form, but not all of it, a text ends with."""
    longest = min(len(text), len(form) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(form[:size])), 0)
