"""What a scalar without quotes means: the core schema of YAML 1.2.

So `yes`, `on` and dates are strings, `010` is ten, and `0o10` is eight (YAML 1.2.2, section 10.3.2).
"""

from __future__ import annotations

import re
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | str | None

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_FIRST = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LONGEST_INTEGER = 4000
_TAG = "tag:yaml.org,2002:"


def resolve_plain(text: str) -> Scalar:
    """The value of a scalar that was written without quotes and without a tag.

    Raises:
        ValueError: If it is an integer too long to be one.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _FIRST:
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > _LONGEST_INTEGER:
            raise ValueError(f"an integer of {len(text):,} digits")
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    return float(text) if _FLOAT.fullmatch(text) else text


def resolve_tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag.

    Raises:
        ValueError: If the tag is not one of the core schema's, or the text is no such value.
    """
    if tag in ("!", _TAG + "str"):
        return text
    name = tag.removeprefix(_TAG)
    value = float(text) if name == "float" and _FLOAT.fullmatch(text) else resolve_plain(text)
    types: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float,), "bool": (bool,), "null": (type(None),)}
    if not tag.startswith(_TAG) or name not in types:
        raise ValueError(f"the tag {tag.replace(_TAG, '!!', 1)[:60]!r} means nothing here")
    if not isinstance(value, types[name]) or (isinstance(value, bool) and name != "bool"):
        raise ValueError(f"{text[:40]!r} is no value of the tag '!!{name}'")
    return value
