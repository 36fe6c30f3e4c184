"""What annotations say about the values that will have to be recorded."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from wt_engine.codec_forms import FORMS, SCALARS, is_plain

_HOLDERS = frozenset({list, dict, type, object})
_NEVER = (
    collections.abc.Callable,
    collections.abc.Iterator,
    collections.abc.AsyncIterator,
    collections.abc.Awaitable,
)


class DeclaredTypes:
    """Collects the classes that annotations name, and what among them can never be recorded.

    Attributes:
        classes: The classes, in the order in which they were met.
        mistakes: What cannot be recorded: where it is declared, and the type.
    """

    def __init__(self) -> None:
        self.classes: dict[type[Any], None] = {}
        self.mistakes: list[tuple[str, str]] = []

    def add(self, annotation: Any, where: str) -> None:
        """Look at an annotation, and at those of the fields of the classes that it names.

        Args:
            annotation: The type.
            where: What it is declared for.
        """
        waiting = [(annotation, where)]
        while waiting:
            declared, place = waiting.pop()
            origin = typing.get_origin(declared) or declared
            if origin in _NEVER:
                self.mistakes.append((place, str(declared)))
                continue
            if origin is typing.Literal:
                continue
            waiting += [(each, place) for each in typing.get_args(declared)]
            if (
                origin is not types.UnionType
                and isinstance(origin, type)
                and origin not in self.classes
                and origin not in SCALARS | _HOLDERS
            ):
                self.classes[origin] = None
                waiting += self._look_into(origin, place)

    def _look_into(self, kind: type[Any], place: str) -> Iterator[tuple[Any, str]]:
        if (
            kind in FORMS
            or kind.__module__ in ("typing", "collections.abc")
            or issubclass(kind, enum.Enum | BaseException)
            or inspect.isabstract(kind)
            or _is_protocol(kind)
        ):
            return
        if is_plain(kind) or issubclass(kind, tuple | dict | list):
            yield from ((each, f"{place}.{name}") for name, each in hints_of(kind).items())
        elif not _has_schema(kind):
            self.mistakes.append((place, f"{kind.__module__}.{kind.__qualname__}"))


def hints_of(thing: type[Any] | Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a class or a function; none where they cannot be read here."""
    try:
        hints = typing.get_type_hints(thing)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return {}
    if dataclasses.is_dataclass(thing):
        names = {field.name for field in dataclasses.fields(thing)}
        return {name: each for name, each in hints.items() if name in names}
    return {name: each for name, each in hints.items() if typing.get_origin(each) is not typing.ClassVar}


def _is_protocol(kind: type[Any]) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


def _has_schema(kind: type[Any]) -> bool:
    # Only classes that are neither of the standard ones nor written in Python cost this import.
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        TypeAdapter(kind)
    except PydanticUserError:
        return False
    return True
