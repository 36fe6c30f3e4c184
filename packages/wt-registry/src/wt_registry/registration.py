"""`@register`, and the registry that it fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, overload

from wt_registry.errors import DuplicateRegistrationError

F = TypeVar("F", bound=Callable[..., Any])


# Named tuples: a data class takes six times as long to define, and every process that calls a task defines these.
class Metadata(NamedTuple):
    """What the author says of a task beside its code.

    Attributes:
        title: What forms and pictures call the task.
        description: What it does, in a sentence; None if neither the author nor the docstring says it.
        tags: Free words; `io` marks tasks that read from or write to the outside.
        deprecated: Whether specs should stop using it.
        deprecation_message: What to use instead.
    """

    title: str
    description: str | None = None
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    deprecation_message: str | None = None


class Registration(NamedTuple):
    """A registered function.

    Attributes:
        function: The function itself, as the author wrote it.
        metadata: What the author says of it.
    """

    function: Callable[..., Any]
    metadata: Metadata

    @property
    def function_name(self) -> str:
        """The name to import."""
        return self.function.__name__

    @property
    def module_path(self) -> str:
        """The module that defines the function."""
        return self.function.__module__

    @property
    def dotted_path(self) -> str:
        """The module and the qualified name; the key in the registry."""
        return f"{self.module_path}.{self.function.__qualname__}"

    @property
    def json_schema(self) -> dict[str, Any]:
        """The schema of the parameters, generated anew at each access.

        Raises:
            SchemaGenerationError: If the function cannot be described.
        """
        from wt_registry.schema import parameters_schema

        return parameters_schema(self.function)


_registry: dict[str, Registration] = {}


@overload
def register(function: F, /) -> F: ...


@overload
def register(
    *,
    title: str | None = None,
    description: str | None = None,
    tags: list[str] | None = None,
    deprecated: bool = False,
    deprecation_message: str | None = None,
) -> Callable[[F], F]: ...


def register(
    function: Callable[..., Any] | None = None,
    /,
    *,
    title: str | None = None,
    description: str | None = None,
    tags: list[str] | None = None,
    deprecated: bool = False,
    deprecation_message: str | None = None,
) -> Any:
    """Offer a typed function as a task; the function stays as it is.

    Use it as `@register` or `@register(...)`. Nothing is checked or generated here, so that importing a task
    library stays fast and one wrong task cannot stop it from being imported.

    Args:
        function: The function, when used without parentheses.
        title: What forms and pictures call it; by default the function's name in title case.
        description: What it does; by default the first sentence of its docstring.
        tags: Free words; `io` marks tasks that are replaced by recorded data in mock runs.
        deprecated: Whether specs should stop using it.
        deprecation_message: What to use instead.

    Returns:
        The function, unchanged (or the decorator that returns it so).

    Raises:
        DuplicateRegistrationError: If another function of the same module has the same qualified name.
        TypeError: If what is decorated is no function or class.
    """

    def decorate(function: F) -> F:
        if not hasattr(function, "__qualname__") or not callable(function):
            raise TypeError(f"register() takes a function, and its own arguments by keyword; it got {function!r}")
        metadata = Metadata(
            title=title if title is not None else function.__name__.replace("_", " ").title(),
            description=description if description is not None else _first_sentence(function),
            tags=tuple(tags or ()),
            deprecated=deprecated,
            deprecation_message=deprecation_message,
        )
        _add(Registration(function, metadata))
        return function

    return decorate if function is None else decorate(function)


def get_registry() -> Mapping[str, Registration]:
    """All registered functions by dotted path, in the order of registration; a read-only, live view."""
    return MappingProxyType(_registry)


def clear_registry() -> None:
    """Forget all registered functions (for tests)."""
    _registry.clear()


def _add(registration: Registration) -> None:
    known = _registry.get(registration.dotted_path)
    if known and not _supersedes(registration, known):
        raise DuplicateRegistrationError(
            f"{registration.dotted_path} is registered twice: two tasks of one module need two names"
        )
    _registry[registration.dotted_path] = registration


def _supersedes(new: Registration, old: Registration) -> bool:
    """Whether a function takes the place of its former self: after a reload, or when a notebook cell runs again."""
    if new.function is old.function:
        return False
    if new.module_path == "__main__":
        return True
    codes = [getattr(registration.function, "__code__", None) for registration in (new, old)]
    places = [(code.co_filename, code.co_firstlineno) for code in codes if code is not None]
    return len(places) == 2 and places[0] == places[1]


def _first_sentence(function: Callable[..., Any]) -> str | None:
    """The docstring's first line, and the lines after it as long as its sentence goes on."""
    lines: list[str] = []
    for line in (function.__doc__ or "").strip().splitlines():
        if not line.strip():
            break
        lines.append(line.strip())
        if lines[-1].endswith((".", "!", "?", ":")):
            break
    return " ".join(lines) or None
