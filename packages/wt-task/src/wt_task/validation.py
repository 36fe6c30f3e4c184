"""Arguments and return values checked and converted against type hints, as pydantic's `validate_call` does."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any, TypeVar

R = TypeVar("R")

_short = reprlib.Repr()  # bounded also where a value's own repr is huge or fails
_short.maxstring = _short.maxother = 80

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

    checked = validate_call(validate_return=True, config={"arbitrary_types_allowed": True})
    return checked(function if isinstance(function, FunctionType | MethodType) else _as_function(function))


_validated = lru_cache(maxsize=_KNOWN)(_build)


def _as_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """A plain function in front of a class, a partial or an object with `__call__`; pydantic takes nothing else."""
    import functools
    import inspect

    from wt_task.hints import is_async

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    adapter: Any = call_async if is_async(function) else call
    origin: Any = function
    while isinstance(origin, functools.partial):
        origin = origin.func
    signature = inspect.signature(function)
    hinted: Any
    if isinstance(origin, type):
        hinted = vars(origin).get("__init__", origin)
        signature = signature.replace(return_annotation=inspect.Signature.empty)
    else:
        hinted = origin if inspect.isroutine(origin) else type(origin).__call__
    functools.update_wrapper(adapter, hinted)
    adapter.__name__ = adapter.__qualname__ = name_of(function)
    adapter.__signature__ = signature
    adapter.__annotations__ = getattr(hinted, "__annotations__", {})  # built-in functions have none to wrap
    return call_async if adapter is call_async else call


def name_of(function: Callable[..., Any]) -> str:
    """What a callable is called, also if it has no name of its own."""
    import functools

    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", type(function).__name__)


def describe_refusal(error: BaseException, function: str) -> str | None:
    """What a pydantic error says of a call, without the addresses and types that pydantic adds.

    Args:
        error: Any exception.
        function: The qualified name of the function that was called.

    Returns:
        `ValidationError: argument 'a': …; the return value: …`, or None if the arguments and the return value of this
        function were not what was refused.
    """
    import sys

    refusal = getattr(sys.modules.get("pydantic_core"), "ValidationError", None)  # a thread may still be importing it
    if refusal is None or not isinstance(error, refusal) or error.title != function:
        return None
    details = error.errors(include_url=False, include_context=False)
    return "ValidationError: " + "; ".join(f"{_place(each['loc'])}: {each['msg']}{_input(each)}" for each in details)


def _place(location: tuple[int | str, ...]) -> str:
    if not location:
        return "the return value"
    name, *inner = location
    return f"argument {name!r}" + "".join(f"[{part!r}]" for part in inner)


def _input(detail: Any) -> str:
    return "" if detail["type"].endswith("_argument") else f", got {_short.repr(detail['input'])}"
