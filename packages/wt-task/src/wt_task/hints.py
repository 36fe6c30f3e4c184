"""What a function's signature says: names, defaults, and what its type hints let in."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

_KNOWN = 4096
"""How many functions are remembered; far more than a workflow has, and a bound for functions made in a loop."""


class Parameters(NamedTuple):
    """The parameters of a function.

    Attributes:
        positional: The names that arguments by place go to; None if some parameter has no name to go by.
        places: How many parameters arguments by place can go to, `*args` not counted.
        defaults: The names in order, each with its default or `MISSING`.
    """

    positional: tuple[str, ...] | None
    places: int
    defaults: tuple[tuple[str, Any], ...]


MISSING: Any = object()


def parameters(function: Callable[..., Any]) -> Parameters:
    """The parameters of a function; empty if Python cannot tell (some built-in functions)."""
    try:
        return _parameters(function)
    except TypeError:  # it cannot be hashed
        return _parameters.__wrapped__(function)


@lru_cache(maxsize=_KNOWN)
def _parameters(function: Callable[..., Any]) -> Parameters:
    import inspect

    try:
        known = list(inspect.signature(function).parameters.values())
    except ValueError:
        return Parameters(None, 0, ())
    kind = inspect.Parameter
    by_place = [each for each in known if each.kind in (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD)]
    nameless = any(each.kind in (kind.POSITIONAL_ONLY, kind.VAR_POSITIONAL) for each in known)
    rest = (kind.VAR_POSITIONAL, kind.VAR_KEYWORD)
    return Parameters(
        positional=None if nameless else tuple(each.name for each in by_place),
        places=len(by_place),
        defaults=tuple((each.name, _default(each.default)) for each in known if each.kind not in rest),
    )


def _default(default: Any) -> Any:
    import inspect

    if default is inspect.Parameter.empty:
        return MISSING
    if type(default).__module__ == "pydantic.fields" and hasattr(default, "get_default"):
        from pydantic_core import PydanticUndefined

        value = default.get_default(call_default_factory=True)
        return MISSING if value is PydanticUndefined else value
    return default


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling the function gives a coroutine."""
    import inspect

    if inspect.isroutine(function) or isinstance(function, type):
        return inspect.iscoroutinefunction(function)
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def takes_sentinel(function: Callable[..., Any], names: tuple[str, ...]) -> bool:
    """Whether the hint of any of these parameters says that it can deal with a skipped input."""
    from wt_task.skip import SkipSentinel

    def deals(part: Any) -> bool:
        return part is SkipSentinel or type(part).__name__ == "BeforeValidator"

    return any(deals(part) for name in names for part in _parts(_hints(function).get(name)))


def takes_tuple(function: Callable[..., Any], name: str) -> bool:
    """Whether the hint of a parameter says that its value may be a tuple; False if it has none."""
    return any(_admits_tuple(part) for part in _parts(_hints(function).get(name)))


def _admits_tuple(part: Any) -> bool:
    if part in (Any, object, list, set, frozenset):  # pydantic makes the last three from a tuple
        return True
    if not isinstance(part, type):
        return False
    return issubclass(part, tuple) or (part.__module__ == "collections.abc" and issubclass(tuple, part))


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    import typing

    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError):  # hints that only a type checker can read
        return {}


def _parts(hint: Any) -> list[Any]:
    """A hint with everything that it is a union or annotation of."""
    import types
    import typing

    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return [*_parts(hint.__origin__), *hint.__metadata__]
    if origin is typing.Union or origin is types.UnionType:
        return [part for alternative in typing.get_args(hint) for part in _parts(alternative)]
    return [origin or hint]
