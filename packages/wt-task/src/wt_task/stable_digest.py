"""A hash of any value that is the same in every process for equal values, however they were made.

Pickled bytes are no such thing: they tell which parts of a value are the same object, and write sets in any order. So
values are walked: what Python knows itself by its content, everything else by what pickling would take of it.
"""

from __future__ import annotations

import copyreg
import hashlib
import sys
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, FunctionType
from typing import Any

_SIZE = 16
"""Bytes of a hash: two of 2^64 values would have the same one."""


class UnstableError(Exception):
    """A value has no hash that would be the same elsewhere; the text says why."""


def digest(value: Any, key: bytes = b"", classes: set[type] | None = None) -> str:
    """The hash of a value.

    Args:
        value: The value.
        key: Who does not know it cannot find the value by trying.
        classes: Gets the classes that are met.

    Returns:
        Hexadecimal digits.

    Raises:
        UnstableError: It has none: it holds an open file, a function inside of a function, itself, …
    """
    hasher = hashlib.blake2b(digest_size=_SIZE, key=key)
    try:
        _Walk(hasher.update, classes).value(value)
    except RecursionError:
        raise UnstableError("it is nested too deeply") from None
    return hasher.hexdigest()


class _Walk:
    """Tells a hasher of a value, part by part; each part says what it is and how long."""

    def __init__(self, update: Callable[[bytes], object], classes: set[type] | None) -> None:
        self._update = update
        self._classes = classes
        self._above: set[int] = set()

    def value(self, value: Any) -> None:
        kind = type(value)
        if kind is str:
            self._text(b"s", value.encode("utf-8", "surrogatepass"))
        elif value is None or kind in (bool, int, float, complex):
            self._text(b"n", repr(value).encode() if kind is not int else b"%x" % value)
        elif kind in (bytes, bytearray):
            self._text(b"b" if kind is bytes else b"y", bytes(value))
        else:
            if id(value) in self._above:
                raise UnstableError("it contains itself")
            self._above.add(id(value))
            self._whole(value, kind)
            self._above.discard(id(value))

    def _whole(self, value: Any, kind: type) -> None:
        if kind in (list, tuple):
            self._items(b"l" if kind is list else b"t", value)
        elif kind is dict:
            self._items(b"d", [part for pair in value.items() for part in pair])
        elif kind in (set, frozenset):
            self._items(b"e" if kind is set else b"f", sorted(digest(item, classes=self._classes) for item in value))
        elif isinstance(value, type | FunctionType | BuiltinFunctionType):
            self._named(value)
        elif kind.__module__ == "numpy" and kind.__name__ == "ndarray":
            self._array(value)
        else:
            self._reduced(value, kind)

    def _text(self, mark: bytes, content: bytes) -> None:
        self._update(b"%b%d:%b" % (mark, len(content), content))

    def _items(self, mark: bytes, items: Iterable[Any]) -> None:
        known = list(items)
        self._update(b"%b%d:" % (mark, len(known)))
        for item in known:
            self.value(item)

    def _array(self, array: Any) -> None:
        if array.dtype.hasobject:
            self._items(b"o", [array.shape, *array.ravel().tolist()])
            return
        self._items(b"a", [array.dtype.str, repr(array.dtype.descr), array.shape])
        self._text(b"a", array.tobytes())

    def _named(self, thing: Any) -> None:
        """A class or a function, by its name; a function also by its text."""
        module, name = getattr(thing, "__module__", None), thing.__qualname__
        found: Any = sys.modules.get(module or "")
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is not thing:
            raise UnstableError(f"it holds {name!r}, which cannot be found by its name")
        self._text(b"g", f"{module}:{name}".encode())
        if self._classes is not None and isinstance(thing, type):
            self._classes.add(thing)
        if isinstance(thing, FunctionType):
            import inspect

            try:
                self._text(b"g", inspect.getsource(thing).encode())
            except (OSError, TypeError):
                raise UnstableError(f"it holds {name!r}, whose source cannot be read") from None

    def _reduced(self, value: Any, kind: type) -> None:
        if self._classes is not None:
            self._classes.add(kind)
        reduce = copyreg.dispatch_table.get(kind)
        try:
            parts = reduce(value) if reduce else value.__reduce_ex__(4)
        except Exception as error:
            raise UnstableError(f"it holds a {kind.__module__}.{kind.__qualname__}: {error}") from error
        if isinstance(parts, str):
            self._text(b"g", f"{kind.__module__}:{parts}".encode())
            return
        function, arguments, *rest = parts
        state, items, pairs = (*rest, None, None, None)[:3]
        self._items(b"r", [function, arguments, state])
        self._items(b"r", items or ())
        self._items(b"r", [part for pair in pairs or () for part in pair])
