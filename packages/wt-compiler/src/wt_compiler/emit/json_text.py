"""JSON as files hold it: indented, every character as itself."""

from __future__ import annotations

from typing import Any


def json_text(content: Any) -> str:
    """A JSON document with a line break at its end.

    Args:
        content: Mappings, lists, dataclasses and scalars; numbers finite.
    """
    import msgspec

    try:
        return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"
    except UnicodeEncodeError:  # a lone surrogate, which JSON can only write as an escape
        import json

        return json.dumps(content, indent=2) + "\n"
