"""Values as JSON text and back, so that what comes back is what went in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from json.encoder import encode_basestring_ascii
from typing import Any, Protocol

from wt_engine.codec_classes import Classes
from wt_engine.codec_forms import FORMS, READERS, SCALARS, TAG, PlainError, fields_of, made
from wt_engine.errors import UnrecordableError


class Codec(Protocol):
    """Writes values for a store and reads them again."""

    def encode(self, value: Any) -> str:
        """A value as JSON text.

        Raises:
            UnrecordableError: It cannot be written.
        """

    def decode(self, text: str) -> Any:
        """The value that was written.

        Raises:
            UnrecordableError: It cannot be read here, because a class is not there any more.
        """


class Extension(Protocol):
    """Writes the values of some more types, for `TaggedCodec`.

    Attributes:
        name: Marks what it has written, beside those of other extensions.
    """

    name: str

    def takes(self, value: Any) -> bool:
        """Whether it writes this value."""

    def write(self, value: Any) -> Any:
        """A value as something that JSON can hold."""

    def read(self, data: Any) -> Any:
        """The value again."""


class TaggedCodec:
    """Writes JSON in which everything that JSON does not know stands in an object with the key `$`.

    Beside what JSON has, it knows tuples, sets, bytes, dates and times, `Decimal`, `UUID`, paths, enumerations, keys
    that are no text, dataclasses, named tuples, exceptions (without their traceback), pydantic models, objects of
    classes written in Python, and every type that pydantic can write and read. Dataclasses, models and objects are made
    again from their fields, without calling `__init__` or a validator: they passed those when they were first made.

    Args:
        known: Classes that cannot be imported by their name, such as those of a function or of the main program.
        extensions: What else can be written; asked first, in order.
    """

    def __init__(self, known: Iterable[type[Any]] = (), extensions: Iterable[Extension] = ()) -> None:
        self._classes = Classes(known)
        self._extensions = tuple(extensions)
        self._readers = {extension.name: extension for extension in self._extensions}
        self._adapters: dict[type[Any], Any] = {}

    def encode(self, value: Any) -> str:
        """A value as JSON text.

        Raises:
            UnrecordableError: It cannot be written; says which part and why.
        """
        kind = type(value)
        if kind is int:
            return repr(value)
        if value is None:
            return "null"
        if kind is str and not self._extensions:
            return encode_basestring_ascii(value)
        try:
            return json.dumps(value if kind in SCALARS and not self._extensions else self._tagged(value))
        except RecursionError:
            raise UnrecordableError("", "it contains itself, or is nested too deeply") from None
        except Exception as error:
            where, why = self._blame(value, error)
            raise UnrecordableError(where, why) from error

    def decode(self, text: str) -> Any:
        """The value that was written.

        Raises:
            UnrecordableError: A class is not there any more, or has changed.
        """
        try:
            return self._plain(json.loads(text))
        except UnrecordableError:
            raise
        except Exception as error:
            raise UnrecordableError("", f"it cannot be read again: {error}") from error

    def _tagged(self, value: Any) -> Any:
        kind = type(value)
        for extension in self._extensions:
            if extension.takes(value):
                return {TAG: "extension", "by": extension.name, "v": extension.write(value)}
        if kind in SCALARS:
            return value
        if kind is list:
            return value if self._simple(value) else [self._tagged(each) for each in value]
        if kind is dict:
            return self._tagged_mapping(value)
        form = FORMS.get(kind)
        if form is not None:
            return {TAG: form.name, "v": form.write(value, self._tagged)}
        return self._tagged_object(value)

    def _simple(self, values: Iterable[Any]) -> bool:
        return not self._extensions and SCALARS.issuperset(map(type, values))

    def _tagged_mapping(self, value: dict[Any, Any]) -> Any:
        if TAG not in value and all(type(key) is str for key in value):
            return value if self._simple(value.values()) else {key: self._tagged(each) for key, each in value.items()}
        return {TAG: "dict", "v": [[self._tagged(key), self._tagged(each)] for key, each in value.items()]}

    def _tagged_object(self, value: Any) -> Any:
        import enum

        kind = type(value)
        if isinstance(value, enum.Flag):
            # Several flags together have no name of their own.
            return {TAG: "flag", "t": self._classes.name_of(kind), "v": value.value}
        if isinstance(value, BaseException):
            content = {"args": self._tagged(value.args), "fields": self._tagged(vars(value))}
            return {TAG: "exception", "t": self._classes.name_of(kind), "v": content}
        if isinstance(value, enum.Enum):
            return {TAG: "enum", "t": self._classes.name_of(kind), "v": value.name}
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return {TAG: "namedtuple", "t": self._classes.name_of(kind), "v": [self._tagged(each) for each in value]}
        fields = fields_of(value)
        if fields is not None:
            name = self._classes.name_of(kind)
            return {TAG: "object", "t": name, "v": {key: self._tagged(each) for key, each in fields.items()}}
        text = self._adapter(kind).dump_json(value, round_trip=True)
        return {TAG: "pydantic", "t": self._classes.name_of(kind), "v": json.loads(text)}

    def _adapter(self, kind: type[Any]) -> Any:
        found = self._adapters.get(kind)
        if found is None:
            # Few values need it, and it is slow to import.
            from pydantic import TypeAdapter
            from pydantic.errors import PydanticUserError

            try:
                found = self._adapters[kind] = TypeAdapter(kind)
            except PydanticUserError as error:
                raise PlainError(f"a {kind.__module__}.{kind.__qualname__} cannot be written as data") from error
        return found

    def _plain(self, data: Any) -> Any:
        if type(data) is list:
            return [self._plain(each) for each in data]
        if type(data) is not dict:
            return data
        tag = data.get(TAG)
        if tag is None:
            return {key: self._plain(each) for key, each in data.items()}
        content = data["v"]
        if tag == "dict":
            return {self._plain(key): self._plain(each) for key, each in content}
        if tag in READERS:
            return READERS[tag].read(content, self._plain)
        if tag == "extension":
            return self._extended(data["by"], content)
        return self._object(tag, self._classes.find(data["t"]), content)

    def _extended(self, name: str, content: Any) -> Any:
        if name not in self._readers:
            raise PlainError(f"it was written by the extension '{name}', which is not there")
        return self._readers[name].read(content)

    def _object(self, tag: str, kind: type[Any], content: Any) -> Any:
        if tag == "enum":
            return kind[content]
        if tag == "flag":
            return kind(content)
        if tag == "exception":
            error = kind.__new__(kind, *self._plain(content["args"]))
            vars(error).update(self._plain(content["fields"]))
            return error
        if tag == "namedtuple":
            return kind(*map(self._plain, content))
        if tag == "pydantic":
            return self._adapter(kind).validate_json(json.dumps(content))
        return made(kind, {key: self._plain(each) for key, each in content.items()})

    def _blame(self, value: Any, error: Exception) -> tuple[str, str]:
        """The innermost part that cannot be written."""
        for step, part in _parts(value):
            try:
                json.dumps(self._tagged(part))
            except Exception as inner:  # noqa: BLE001 - an extension may raise anything, and this only looks for where
                where, why = self._blame(part, inner)
                return step + where, why
        return "", str(error)


def _parts(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield f"[{key!r}]", each
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield f"[{place}]", each
    elif isinstance(value, set | frozenset):
        for each in value:
            yield " (an element)", each
    else:
        for name, each in (fields_of(value) or {}).items():
            yield f".{name}", each
