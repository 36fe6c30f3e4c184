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
        positional: The names that arguments by position go to; None if some parameter has no name to go by.
        defaults: The names in order, each with its default or `MISSING`.
    """

    positional: tuple[str, ...] | None
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
        return Parameters(None, ())
    nameless = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL}
    positional = None
    if not any(parameter.kind in nameless for parameter in known):
        by_place = inspect.Parameter.POSITIONAL_OR_KEYWORD
        positional = tuple(parameter.name for parameter in known if parameter.kind is by_place)
    named = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
    defaults = tuple((each.name, _default(each.default)) for each in known if each.kind in named)
    return Parameters(positional, defaults)


def _default(default: Any) -> Any:
    import inspect

    if default is inspect.Parameter.empty:
        return MISSING
    if type(default).__module__ == "pydantic.fields" and hasattr(default, "get_default"):
        from pydantic_core import PydanticUndefined

        value = default.get_default(call_default_factory=True)
        return MISSING if value is PydanticUndefined else value
    return default


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
