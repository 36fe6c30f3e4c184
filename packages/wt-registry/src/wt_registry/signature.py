"""What a function's signature must be like for it to be a task."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from wt_registry.errors import SchemaGenerationError


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling the function gives a coroutine."""
    return inspect.iscoroutinefunction(function)


def check_signature(function: Callable[..., Any]) -> None:
    """Check that a function can be a task.

    Raises:
        SchemaGenerationError: If it is a class or an async generator, or if a parameter or the return value has no
            annotation; the message names every parameter that lacks one.
    """
    if inspect.isclass(function):
        raise SchemaGenerationError("it is a class, not a function")
    if inspect.isasyncgenfunction(function):
        raise SchemaGenerationError("it is an async generator; return a list instead")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise SchemaGenerationError(f"it has no signature: {error}") from error
    parameters = signature.parameters.values()
    missing = [f"parameter {parameter.name!r}" for parameter in parameters if parameter.annotation is parameter.empty]
    if signature.return_annotation is signature.empty:
        missing.append("the return value")
    if missing:
        raise SchemaGenerationError(f"no type annotation on {', '.join(missing)}")


def resolve_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The function's annotations with names resolved and `Annotated` metadata kept.

    Raises:
        SchemaGenerationError: If an annotation refers to a name that does not exist when the module is imported
            (imported under `if TYPE_CHECKING`, say), or is no type.
    """
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise SchemaGenerationError(f"an annotation cannot be resolved: {error}") from error
    except Exception as error:
        raise SchemaGenerationError(f"an annotation cannot be evaluated: {type(error).__name__}: {error}") from error
