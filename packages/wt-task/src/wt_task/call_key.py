"""What decides whether a call gives what an earlier one gave: code, environment, arguments."""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from wt_contracts.cached_call import ENTRY_VERSION

from wt_task.stable_digest import UnstableError, digest

if TYPE_CHECKING:
    from wt_task.source_closure import SourceClosures


class CallKey(NamedTuple):
    """The key of a call.

    Attributes:
        task: The module and the name of the function.
        parts: What it is made from: a hash by name, such as `source` or `argument year`.
        text: Hexadecimal digits, the name of a file; empty if there is no key.
    """

    task: str
    parts: dict[str, str]
    text: str = ""


def call_key(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    arguments: Mapping[str, Any],
    *,
    environment: str,
    salt: bytes,
    closures: SourceClosures | None = None,
) -> CallKey:
    """The key of a call.

    Args:
        function: What is called.
        args: The arguments by place that have no name.
        arguments: The arguments by name.
        environment: A hash of the lock of the environment.
        salt: What hashes of arguments are keyed with.
        closures: The libraries of which only what the function depends on counts; without it, all of its library does.

    Raises:
        UnstableError: It has none; the text says why.
    """
    task, parts = _code_parts(function, closures)
    parts |= {"environment": environment, "python": _python()}
    classes: set[type] = set()
    given = [*((f"argument {place + 1}", value) for place, value in enumerate(args))]
    given += [(f"argument {name}", value) for name, value in arguments.items()]
    for name, value in given:
        try:
            parts[name] = digest(value, salt, classes)
        except UnstableError as error:
            raise UnstableError(f"the {name} has no stable hash: {error}") from None
        if closures is not None:
            parts |= {f"file {path}": state for path, state in _files(value)}
    if closures is not None:
        parts |= {f"class {each.__qualname__}": text for each, text in _classes(classes, closures)}
    text = "\n".join([ENTRY_VERSION, task, *(f"{name} {parts[name]}" for name in sorted(parts))])
    return CallKey(task, parts, hashlib.blake2b(text.encode(), digest_size=16).hexdigest())


def _code_parts(function: Callable[..., Any], closures: SourceClosures | None) -> tuple[str, dict[str, str]]:
    plain = inspect.unwrap(function)
    if closures is None or not isinstance(plain, FunctionType) or not closures.holds(plain.__module__):
        task, source, library = _code(function)
        return task, {"source": source, "version": library}
    name = plain.__qualname__
    if "<locals>" in name:
        raise UnstableError(f"{name!r} is no function of a module")
    try:
        source = closures.digest(plain.__module__, name.partition(".")[0])
    except OSError as error:
        raise UnstableError(f"the source of {name!r} cannot be read: {error}") from None
    return f"{plain.__module__}:{name}", {"source": source}


def _files(value: Any) -> Iterator[tuple[str, str]]:
    """The files that an argument names, as they are now."""
    for each in value if isinstance(value, list | tuple) else [value]:
        if isinstance(each, str | os.PathLike):
            try:
                found = os.stat(each)  # noqa: PTH116 - importing pathlib costs more than a run may take
            except (OSError, ValueError):
                continue
            yield os.fsdecode(each), digest([found.st_mtime_ns, found.st_size, found.st_ino])


def _classes(classes: set[type], closures: SourceClosures) -> Iterator[tuple[type, str]]:
    """What the classes of arguments depend on: their methods may be called without being named."""
    for each in classes:
        if closures.holds(each.__module__):
            yield each, closures.digest(each.__module__, each.__qualname__.partition(".")[0])


@cache
def _python() -> str:
    return f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"


@cache
def _code(function: Callable[..., Any]) -> tuple[str, str, str]:
    """The name of a function, the hash of its text, and that of its library's."""
    plain = inspect.unwrap(function)
    if not isinstance(plain, FunctionType) or "<locals>" in plain.__qualname__:
        raise UnstableError(f"{getattr(plain, '__qualname__', plain)!r} is no function of a module")
    try:
        source = inspect.getsource(plain)
    except (OSError, TypeError):
        raise UnstableError(f"the source of {plain.__qualname__!r} cannot be read") from None
    return f"{plain.__module__}:{plain.__qualname__}", digest(source), _library(plain.__module__)


@cache
def _library(module: str) -> str:
    """A hash of all Python files of the package that a module belongs to."""
    top = sys.modules.get(module.partition(".")[0])
    file = getattr(top, "__file__", None) or getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        raise UnstableError(f"the module {module!r} has no file")
    directory, _, name = file.rpartition(os.sep)
    found = _sources(directory) if name == "__init__.py" else [file]
    hasher = hashlib.blake2b(digest_size=16)
    for path in found:
        with open(path, "rb") as content:  # noqa: PTH123 - importing pathlib costs more than a run may take
            data = content.read()
        place = path.removeprefix(directory).encode("utf-8", "surrogateescape")
        hasher.update(b"%d:%d:%b%b" % (len(place), len(data), place, data))
    return hasher.hexdigest()


def _sources(directory: str) -> list[str]:
    names = ((parent, name) for parent, _, names in os.walk(directory) for name in names)
    return sorted(f"{parent}{os.sep}{name}" for parent, name in names if name.endswith(".py"))
