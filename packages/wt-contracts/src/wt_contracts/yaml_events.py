"""What the events of a YAML parser mean: a value, and where each part of it stands.

The parsing is a library's, wherever the file is read. The scalars are those of YAML 1.2 (so dates, `yes` and `on`
are text), a key stands once, and nesting and the growth through aliases are bounded, because the input is not to be
trusted.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wt_contracts.scalars import resolve_plain, resolve_tagged

Path: TypeAlias = tuple[str | int, ...]

MOST_VALUES = 500_000
"""More values than this, aliases counted as often as they are used, are no input of ours."""
DEEPEST = 100
_COLLECTION_TAGS = {"SequenceStartEvent": "tag:yaml.org,2002:seq", "MappingStartEvent": "tag:yaml.org,2002:map"}


class YAMLEventError(ValueError):
    """The text is no YAML, or not of the kind that is read here.

    Args:
        message: What is wrong.
        mark: The library's mark of the place, which counts from 0; None if it is not known.
        hint: What to do about it.

    Attributes:
        line: Where, counted from 1.
        column: Where in that line, counted from 1.
        hint: What to do about it.
    """

    def __init__(self, message: str, mark: Any = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.line: int | None = mark.line + 1 if mark is not None else None
        self.column: int | None = mark.column + 1 if mark is not None else None
        self.hint = hint


@dataclass(slots=True)
class PlacedValue:
    """A value, and the line and column (from 1) of every key and list item in it, by its path."""

    value: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path) -> tuple[int, int] | None:
        """Where a path stands; what is not written stands where the nearest thing around it does."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return None


def parse_events(events: Iterator[Any]) -> PlacedValue:
    """Build the value from the events of a YAML parser.

    Args:
        events: What PyYAML or a library like it yields for a text.

    Returns:
        The value and its places; the value of an empty text is None.

    Raises:
        YAMLEventError: If it has a duplicate key, a key that is no text, several documents, a number that
            JSON does not know, or more in it than parameters have.
    """
    return _Builder(events).build()


class _Builder:
    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._placed = PlacedValue()
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def build(self) -> PlacedValue:
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if self._placed.value is not None:
                    raise YAMLEventError("there is more than one YAML document", event.start_mark)
                self._placed.value = self._value(next(self._events), ())
        return self._placed

    def _value(self, event: Any, path: Path) -> Any:
        if type(event).__name__ == "AliasEvent":
            return self._alias(event)
        if len(path) > DEEPEST:
            raise YAMLEventError(f"the values are nested deeper than {DEEPEST} levels", event.start_mark)
        before = self._count
        self._grow(1, event)
        kind = type(event).__name__
        if kind == "ScalarEvent":
            value: Any = self._scalar(event)
        elif event.tag not in (None, "!", _COLLECTION_TAGS[kind]):
            raise YAMLEventError(f"the tag {event.tag} means nothing here", event.start_mark, "leave the tag out")
        else:
            value = self._sequence(path) if kind == "SequenceStartEvent" else self._mapping(path)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._count - before)
        return value

    def _grow(self, by: int, event: Any) -> None:
        self._count += by
        if self._count > MOST_VALUES:
            raise YAMLEventError(f"the text grows to more than {MOST_VALUES:,} values", event.start_mark)

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise YAMLEventError(f"the alias *{event.anchor} refers to nothing before it", event.start_mark)
        value, size = self._anchors[event.anchor]
        self._grow(size, event)
        return copy.deepcopy(value)

    def _scalar(self, event: Any) -> Any:
        if event.tag is None and event.style not in (None, ""):
            return event.value
        try:
            value = resolve_plain(event.value) if event.tag is None else resolve_tagged(str(event.tag), event.value)
        except ValueError as error:
            raise YAMLEventError(str(error), event.start_mark, "leave the tag out" if event.tag else None) from None
        if isinstance(value, float) and not math.isfinite(value):
            raise YAMLEventError(f"{event.value[:40]} is not a number that JSON knows", event.start_mark)
        return value

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            here = (*path, len(items))
            self._placed.places[here] = (event.start_mark.line + 1, event.start_mark.column + 1)
            items.append(self._value(event, here))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for event in self._events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key = self._key(event, path)
            if key in entries:
                message = f"the key {key!r} stands here a second time"
                raise YAMLEventError(message, event.start_mark, "keep one of the two")
            here = (*path, key)
            self._placed.places[here] = (event.start_mark.line + 1, event.start_mark.column + 1)
            entries[key] = self._value(next(self._events), here)
        return entries

    def _key(self, event: Any, path: Path) -> str:
        if type(event).__name__ not in ("ScalarEvent", "AliasEvent"):
            raise YAMLEventError("a key is a list or a mapping, not text", event.start_mark, "quote it")
        key = self._value(event, path)
        if isinstance(key, dict | list):
            raise YAMLEventError("a key is an alias of a list or a mapping, not text", event.start_mark)
        return key if isinstance(key, str) else str(getattr(event, "value", key))
