"""How the types that JSON does not know are written in it."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import pathlib
import re
import sys
import types
import uuid
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

TAG = "$"
"""The key that marks an object as something that JSON does not know."""

SCALARS: frozenset[type[Any]] = frozenset({type(None), bool, int, float, str})
"""The types that JSON knows, apart from lists and objects."""


class PlainError(TypeError):
    """A value has no form; its text says why."""


_HEAP = 1 << 9
_PLAIN: WeakKeyDictionary[type[Any], bool] = WeakKeyDictionary()
_SLOTS: WeakKeyDictionary[type[Any], tuple[str, ...]] = WeakKeyDictionary()

Inner = Callable[[Any], Any]


class Form(NamedTuple):
    """How one type is written.

    Attributes:
        name: What marks it.
        write: From a value, and how to write its parts, to something that JSON can hold.
        read: Back again.
    """

    name: str
    write: Callable[[Any, Inner], Any]
    read: Callable[[Any, Inner], Any]


def _sequence(kind: Callable[[Any], Any], name: str) -> Form:
    return Form(
        name,
        lambda value, inner: [inner(each) for each in value],
        lambda content, inner: kind(inner(each) for each in content),
    )


def _mapping(kind: Callable[[Any], Any], name: str) -> Form:
    return Form(
        name,
        lambda value, inner: [[inner(key), inner(each)] for key, each in value.items()],
        lambda content, inner: kind({inner(key): inner(each) for key, each in content}),
    )


def _text(kind: Callable[[Any], Any], name: str, write: Callable[[Any], Any] = str) -> Form:
    return Form(name, lambda value, _: write(value), lambda content, _: kind(content))


def _bytes(kind: Callable[[Any], Any], name: str) -> Form:
    return _text(lambda text: kind(base64.b64decode(text)), name, lambda value: base64.b64encode(value).decode())


def _moment(value: datetime.datetime | datetime.time) -> Any:
    zone = getattr(value.tzinfo, "key", None)
    if zone is None and value.tzinfo is not None and type(value.tzinfo) is not datetime.timezone:
        raise PlainError(f"the time zone {value.tzinfo!r} has no name; use zoneinfo.ZoneInfo or a fixed offset")
    return [value.replace(tzinfo=None).isoformat() if zone else value.isoformat(), zone, value.fold]


def _of_moment(kind: type[Any]) -> Callable[[Any], Any]:
    def read(content: Any) -> Any:
        text, zone, fold = content
        value = kind.fromisoformat(text).replace(fold=fold)
        if zone:
            import zoneinfo

            value = value.replace(tzinfo=zoneinfo.ZoneInfo(zone))
        return value

    return read


FORMS: dict[type[Any], Form] = {
    tuple: _sequence(tuple, "tuple"),
    set: _sequence(set, "set"),
    frozenset: _sequence(frozenset, "frozenset"),
    deque: Form(
        "deque",
        lambda value, inner: [[inner(each) for each in value], value.maxlen],
        lambda content, inner: deque(map(inner, content[0]), content[1]),
    ),
    re.Pattern: Form(
        "pattern",
        lambda value, inner: [inner(value.pattern), value.flags],
        lambda content, inner: re.compile(inner(content[0]), content[1]),
    ),
    OrderedDict: _mapping(OrderedDict, "ordered"),
    Counter: _mapping(Counter, "counter"),
    bytes: _bytes(bytes, "bytes"),
    bytearray: _bytes(bytearray, "bytearray"),
    complex: _text(complex, "complex"),
    range: _text(lambda each: range(*each), "range", lambda each: [each.start, each.stop, each.step]),
    decimal.Decimal: _text(decimal.Decimal, "decimal"),
    uuid.UUID: _text(uuid.UUID, "uuid"),
    datetime.datetime: _text(_of_moment(datetime.datetime), "datetime", _moment),
    datetime.time: _text(_of_moment(datetime.time), "time", _moment),
    datetime.date: _text(datetime.date.fromisoformat, "date"),
    datetime.timedelta: _text(
        lambda each: datetime.timedelta(*each), "timedelta", lambda each: [each.days, each.seconds, each.microseconds]
    ),
    datetime.timezone: _text(
        lambda each: datetime.timezone(datetime.timedelta(seconds=each)),
        "timezone",
        lambda each: each.utcoffset(None).total_seconds(),
    ),
    **{
        kind: _text(kind, kind.__name__.lower())
        for kind in (pathlib.PurePosixPath, pathlib.PureWindowsPath, type(pathlib.Path()))
    },
}
"""The form of each type, for values of exactly that type."""

READERS: dict[str, Form] = {form.name: form for form in FORMS.values()} | {
    # A path that was recorded on another kind of system is a path of this one.
    "posixpath": FORMS[type(pathlib.Path())],
    "windowspath": FORMS[type(pathlib.Path())],
}
"""The form of each mark."""


def fields_of(value: Any) -> dict[str, Any] | None:
    """What an object of a class that is written in Python consists of; None for any other value."""
    kind = type(value)
    if isinstance(value, type | types.ModuleType | BaseException) or not is_plain(kind):
        return None
    fields = dict(getattr(value, "__dict__", {}))
    for name in _slots(kind):
        if hasattr(value, name):
            fields[name] = getattr(value, name)
    # A pydantic model keeps what is no field of its own beside them.
    for more in ("__pydantic_extra__", "__pydantic_private__"):
        fields |= getattr(value, more, None) or {}
    return fields


def made(kind: type[Any], fields: dict[str, Any]) -> Any:
    """An object of a class from what it consists of.

    Raises:
        PlainError: The class has other fields now.
    """
    model = _is_model(kind)
    if dataclasses.is_dataclass(kind):
        names = {field.name for field in dataclasses.fields(kind)}
        missing = [name for name in names - fields.keys() if not hasattr(kind, name)]
        if missing:
            raise PlainError(f"{kind.__qualname__} has now a field '{sorted(missing)[0]}', which was not recorded")
    if model:
        return _made_model(kind, fields)
    value = object.__new__(kind)
    put(value, fields)
    return value


def put(value: Any, fields: dict[str, Any]) -> None:
    """Set fields of an object, whatever its class would say to that."""
    own = getattr(value, "__dict__", None)
    slots = _slots(type(value))
    private = getattr(value, "__pydantic_private__", None)
    extra = getattr(value, "__pydantic_extra__", None)
    for name, each in fields.items():
        if private is not None and name in private:
            private[name] = each
        elif extra is not None and name not in type(value).__pydantic_fields__:
            extra[name] = each
        elif name in slots or own is None:
            object.__setattr__(value, name, each)
        else:
            own[name] = each
            if _is_model(type(value)):
                value.__pydantic_fields_set__.add(name)


def drop(value: Any, names: list[str]) -> None:
    """Remove fields of an object."""
    own = getattr(value, "__dict__", {})
    for name in names:
        if name in own:
            del own[name]
        elif hasattr(value, name):
            object.__delattr__(value, name)


def _made_model(kind: type[Any], fields: dict[str, Any]) -> Any:
    private = {name: fields.pop(name) for name in kind.__private_attributes__ if name in fields}
    value = kind.model_construct(**fields)
    if private:
        object.__setattr__(value, "__pydantic_private__", {**(value.__pydantic_private__ or {}), **private})
    return value


def _is_model(kind: type[Any]) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and issubclass(kind, pydantic.BaseModel)


def is_plain(kind: type[Any]) -> bool:
    """Whether a class and all above it are written in Python, so that its attributes are all that it consists of."""
    found = _PLAIN.get(kind)
    if found is None:
        found = _is_model(kind) or all(_written_in_python(each) for each in kind.__mro__ if each is not object)
        _PLAIN[kind] = found
    return found


def _written_in_python(kind: type[Any]) -> bool:
    # A class statement makes a class on the heap (Py_TPFLAGS_HEAPTYPE) with a place for attributes. Some classes of C
    # modules are made so too, but have a `__new__` of their own, which is no function.
    new = kind.__dict__.get("__new__")
    has_place = any("__dict__" in each.__dict__ or "__slots__" in each.__dict__ for each in kind.__mro__)
    ours = bool(kind.__flags__ & _HEAP) and has_place and (new is None or isinstance(new, staticmethod))
    return ours or kind.__module__ == "typing"


def _slots(kind: type[Any]) -> tuple[str, ...]:
    if kind in _SLOTS:
        return _SLOTS[kind]
    found: list[str] = []
    for each in kind.__mro__:
        slots = each.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            private = name.startswith("__") and not name.endswith("__")
            found.append(f"_{each.__name__.lstrip('_')}{name}" if private else name)
    _SLOTS[kind] = tuple(n for n in found if n not in ("__dict__", "__weakref__") and n[:11] != "__pydantic_")
    return _SLOTS[kind]
