"""Dictionaries as objects with attributes, and back."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any


def dict_to_sns(data: Any) -> Any:
    """Dictionaries as namespaces, also inside of lists and tuples; everything else as it is. Cycles stay cycles."""
    return _namespace(data, {})


def object_to_dict(obj: Any) -> Any:
    """Namespaces, dataclasses, pydantic models and other objects with attributes as dictionaries, also inside of lists.

    Returns:
        The dictionary; an empty one for None.

    Raises:
        ValueError: The object holds itself.
    """
    return {} if obj is None else _plain(obj, ())


def to_obj(arg: Any = None) -> Callable[..., Any]:
    """Let a function have its dictionary as an object, and give back a dictionary.

    Bare, as `@to_obj`, it gets a namespace. As `@to_obj(Model)` it gets a `Model`, made (and, by pydantic, validated)
    from the dictionary's items; keys that a dataclass does not have are left out.

    Raises:
        Exception: By the function, when the class refuses the items.
    """
    if arg is None or isinstance(arg, type):
        return functools.partial(_with_object, make=functools.partial(_made, arg))
    return _with_object(arg, make=dict_to_sns)


def auto_dict_input(func: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function have a dictionary, whatever object with attributes it is called with."""

    @functools.wraps(func)
    def called(data: Any, *args: Any, **kwargs: Any) -> Any:
        return func(data if isinstance(data, dict) else object_to_dict(data), *args, **kwargs)

    return called


def _with_object(function: Callable[..., Any], make: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def called(data: Any, *args: Any, **kwargs: Any) -> Any:
        result = function(make(data), *args, **kwargs)
        return result if result is None or isinstance(result, str) else object_to_dict(result)

    return called


def _made(kind: type | None, data: Any) -> Any:
    if kind is None:
        return dict_to_sns(data)
    if hasattr(kind, "model_validate"):
        return kind.model_validate(data)
    if dataclasses.is_dataclass(kind):
        known = {field.name for field in dataclasses.fields(kind) if field.init}
        return kind(**{name: value for name, value in data.items() if name in known})
    return kind(**data)


def _namespace(data: Any, seen: dict[int, Any]) -> Any:
    if id(data) in seen:
        return seen[id(data)]
    if isinstance(data, Mapping):
        made: Any = SimpleNamespace()
        seen[id(data)] = made
        for name, value in data.items():
            setattr(made, str(name), _namespace(value, seen))
        return made
    if isinstance(data, list):
        made = []
        seen[id(data)] = made
        made.extend(_namespace(value, seen) for value in data)
        return made
    return tuple(_namespace(value, seen) for value in data) if type(data) is tuple else data


def _plain(thing: Any, above: tuple[int, ...]) -> Any:
    if id(thing) in above:
        raise ValueError(f"a {type(thing).__name__} that holds itself is no plain data")
    above = (*above, id(thing))
    if isinstance(thing, Mapping):
        return {name: _plain(value, above) for name, value in thing.items()}
    if isinstance(thing, list | tuple | set | frozenset):
        return [_plain(value, above) for value in thing]
    if hasattr(thing, "model_dump"):
        return thing.model_dump()
    if isinstance(thing, type) or not hasattr(thing, "__dict__") or callable(thing):
        return thing
    return {name: _plain(value, above) for name, value in vars(thing).items() if not name.startswith("_")}
