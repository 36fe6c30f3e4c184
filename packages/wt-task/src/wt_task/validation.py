"""Arguments and return values checked and converted against type hints, as pydantic's `validate_call` does."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any, TypeVar

R = TypeVar("R")

_KNOWN = 4096
"""How many functions are remembered; far more than a workflow has, and a bound for functions made in a loop."""


def validated(function: Callable[..., R]) -> Callable[..., R]:
    """The function with its arguments and its return value checked and converted.

    Reading type hints takes long, so it is done once a function.

    Args:
        function: Any callable whose signature Python knows.

    Returns:
        A function that raises `pydantic.ValidationError` for an argument or return value that does not fit.

    Raises:
        PydanticUserError: If a type hint cannot be resolved or means nothing to pydantic.
    """
    try:
        return _validated(function)
    except TypeError:  # it cannot be hashed
        return _build(function)


def _build(function: Callable[..., Any]) -> Callable[..., Any]:
    from pydantic import validate_call

    plain = function if isinstance(function, FunctionType | MethodType) else _as_function(function)
    return validate_call(plain, validate_return=True, config={"arbitrary_types_allowed": True})


_validated = lru_cache(maxsize=_KNOWN)(_build)


def _as_function(callable_: Callable[..., Any]) -> Callable[..., Any]:
    """A plain function in front of a class, a partial or an object with `__call__`; pydantic takes nothing else."""
    import functools
    import inspect

    def adapter(*args: Any, **kwargs: Any) -> Any:
        return callable_(*args, **kwargs)

    origin: Any = callable_
    while isinstance(origin, functools.partial):
        origin = origin.func
    name = getattr(origin, "__name__", type(origin).__name__)
    if isinstance(origin, type):
        origin = origin.__init__
    elif not hasattr(origin, "__annotations__") or not hasattr(origin, "__name__"):
        origin = type(origin).__call__
    functools.update_wrapper(adapter, origin)
    adapter.__name__ = name
    adapter.__signature__ = inspect.signature(callable_)  # type: ignore[attr-defined]  # inspect reads it from any object
    adapter.__annotations__ = {key: hint for key, hint in adapter.__annotations__.items() if key != "return"}
    return adapter


def describe_refusal(error: BaseException) -> str | None:
    """What a pydantic error says of a call, without the addresses and types that pydantic adds.

    Args:
        error: Any exception.

    Returns:
        `ValidationError: argument 'a': …; the return value: …`, or None if it is no such error.
    """
    import sys

    core = sys.modules.get("pydantic_core")
    if core is None or not isinstance(error, core.ValidationError):
        return None
    details = error.errors(include_url=False, include_context=False)
    return "ValidationError: " + "; ".join(
        f"{_place(detail['loc'])}{detail['msg']}, got {_shortened(detail['input'])}" for detail in details
    )


def _place(location: tuple[int | str, ...]) -> str:
    if not location:
        return ""
    name, *inner = location
    where = "".join(f"[{part!r}]" for part in inner)
    return f"argument {name!r}{where}: "


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
