"""What a workflow returns, as JSON.

Pydantic models, dataclasses, paths, dates, enums and the like become what pydantic makes of them; numpy values become
numbers and lists; a sentinel of a skipped step, an infinity and not-a-number become null. A set becomes a list in an
order that is the same in every run.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

_MOST_BITS = 14_284
"""What fits into the 4,300 digits that Python reads (`sys.int_info.default_max_str_digits`)."""


class NotJSONError(Exception):
    """A value cannot be written as JSON; the text says which."""


def to_json(value: Any) -> bytes:
    """Write a workflow's result as JSON.

    Args:
        value: What the workflow returned.

    Returns:
        The JSON text in UTF-8.

    Raises:
        NotJSONError: If something in it has no JSON form; names the place and the type.
    """
    try:  # what is JSON already needs no import
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        return _to_json(value)


def _to_json(value: Any) -> bytes:
    import pydantic_core

    try:
        return _written(_ordered(value))
    except (pydantic_core.PydanticSerializationError, TypeError, ValueError, RecursionError) as error:
        place, culprit, reason = _culprit(value, "result", (), error)
        kind = f"{type(culprit).__module__}.{type(culprit).__qualname__}".removeprefix("builtins.")
        raise NotJSONError(f"{place} is of type {kind}: {reason}") from error


def _written(value: Any) -> bytes:
    import pydantic_core

    return pydantic_core.to_json(value, inf_nan_mode="null", fallback=_fallback)


def _ordered(value: Any) -> Any:
    """The same value with lists for the sets in it: their order is another one in each process."""
    if type(value) is dict:
        return {key: _ordered(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return [_ordered(item) for item in value]
    if type(value) is int and value.bit_length() > _MOST_BITS:
        raise ValueError("an integer that is longer than readers of JSON take")
    if type(value) not in (set, frozenset):
        return value
    for kind in (str, int | float):
        if all(isinstance(item, kind) for item in value):
            return sorted(value)
    return sorted((_ordered(item) for item in value), key=_written)


def _fallback(value: Any) -> Any:
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    from wt_task.skip import SkipSentinel

    if isinstance(value, SkipSentinel):
        return None
    raise TypeError("it has no JSON form")


def _culprit(value: Any, place: str, above: tuple[int, ...], error: Exception) -> tuple[str, Any, str]:
    """The innermost value that cannot be written, where it stands, and why."""
    import pydantic_core

    if id(value) in above:
        return place, value, "it contains itself"
    for name, child in _children(value):
        try:
            _written(child)
        except (pydantic_core.PydanticSerializationError, TypeError, ValueError, RecursionError) as deeper:
            if len(above) > 200:
                return place, value, "it is nested too deeply"
            return _culprit(child, f"{place}{name}", (*above, id(value)), deeper)
    reason = str(error).removeprefix("Error serializing to JSON: ")
    return place, value, reason.removeprefix("TypeError: ").splitlines()[0]


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((f"[{key!r}]", child) for key, child in value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((f"[{index}]", child) for index, child in enumerate(value))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from ((f".{field.name}", getattr(value, field.name)) for field in dataclasses.fields(value))
    elif hasattr(type(value), "model_fields"):
        yield from ((f".{name}", getattr(value, name)) for name in type(value).model_fields)
