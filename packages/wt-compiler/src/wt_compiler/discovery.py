"""What the task libraries of an environment offer: asked of its own interpreter, or read from a file.

The libraries are never imported here. The answer for a locked environment is kept under that environment's address, so
that the next question starts no interpreter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.registry import RegistryEntry, RegistryOutput, check_version

if TYPE_CHECKING:
    from wt_envs.lock import AnyLock

_MOST_BYTES: Final = 100_000_000
DEFAULT_TIMEOUT: Final = 120.0
"""Seconds that the libraries of an environment may take to be imported."""

MOST_KEPT: Final = 200
"""How many environments' answers are kept; one of a large library takes some hundred kilobytes."""

Progress: TypeAlias = Callable[[str], None]


def read_registry(path: Path) -> RegistryOutput:
    """Read a stored registry output.

    Args:
        path: A file with what `wt-registry --format json` printed.

    Raises:
        DiagnosticError: If it cannot be read, or is no registry output of a version that is known.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        message = f"the registry output cannot be read: {error.strerror}"
        hint = "write it with `wt-registry --format json > FILE`"
        raise DiagnosticError(
            Diagnostic(code=Code.FILE_UNREADABLE, message=message, file=str(path), hint=hint)
        ) from None
    if len(content) > _MOST_BYTES:
        message = f"this is no registry output: it is larger than {_MOST_BYTES:,} bytes"
        raise DiagnosticError(Diagnostic(code=Code.REGISTRY_OUTPUT_INVALID, message=message, file=str(path)))
    return parse_registry(content, str(path))


def parse_registry(content: bytes, source: str | None = None) -> RegistryOutput:
    """Read a registry output.

    Args:
        content: The JSON.
        source: The file that it came from, for diagnostics.

    Raises:
        DiagnosticError: If it is none, or one of an unknown version; the message says which side to upgrade.
    """
    import msgspec

    try:
        document = msgspec.json.decode(content)
        if isinstance(document, dict) and isinstance(version := document.get("version"), str):
            _check_version(version, source)
        return msgspec.convert(document, RegistryOutput)
    except msgspec.ValidationError as error:
        _refuse(_located(document, error), source)
    except (ValueError, RecursionError) as error:
        _refuse(str(error), source)


def discover_current(*, timeout: float = DEFAULT_TIMEOUT, progress: Progress | None = None) -> RegistryOutput:
    """Ask the interpreter that runs now, in a process of its own.

    Args:
        timeout: Seconds after which it is given up.
        progress: Is told what is being done.

    Raises:
        DiagnosticError: If there is no answer.
    """
    from wt_compiler.registry_process import ask

    _tell(progress, "asking the installed task libraries what they offer")
    # -P: a file of the user's in the working directory must not stand in for a module.
    return parse_registry(ask([sys.executable, "-P"], timeout))


def discover_locked(
    lock: AnyLock, *, timeout: float = DEFAULT_TIMEOUT, progress: Progress | None = None
) -> RegistryOutput:
    """Ask a locked environment, or remember its answer.

    Args:
        lock: The lock; realised if the answer is not known yet.
        timeout: Seconds after which it is given up.
        progress: Is told what is being done.

    Raises:
        DiagnosticError: If the environment cannot be realised or gives no answer.
    """
    from wt_envs.cache import cache_root
    from wt_envs.realise import address, realise

    kept = cache_root() / "discovery" / f"{address(lock)}.json"
    if kept.is_file():
        try:
            return parse_registry(kept.read_bytes())
        except (OSError, DiagnosticError):
            kept.unlink(missing_ok=True)  # written by another version, or damaged: ask again
    from wt_envs.memo import bound, keep

    from wt_compiler.registry_process import ask

    environment = realise(lock, progress=progress)
    _tell(progress, "asking the task libraries what they offer")
    content = ask([str(environment.python), "-I"], timeout)
    registry = parse_registry(content)
    if not any(problem.kind == "library" for problem in registry.problems):
        keep(kept, content)
        bound(kept.parent, MOST_KEPT)
    return registry


def _tell(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress(message)


def _check_version(version: str, source: str | None) -> None:
    try:
        check_version(version)
    except ValueError as error:
        raise DiagnosticError(Diagnostic(code=Code.REGISTRY_VERSION, message=str(error), file=source)) from None


def _located(document: Any, error: Exception) -> str:
    """The reason with the name of the task that it is about, which msgspec does not tell."""
    import msgspec

    entries = document.get("entries") if isinstance(document, dict) else None
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        try:
            msgspec.convert(entry, RegistryEntry)
        except msgspec.ValidationError as own:
            return f"entries.{name}: {own}"
    return str(error)


def _refuse(reason: str, source: str | None) -> NoReturn:
    message = f"this is no registry output: {reason}"
    raise DiagnosticError(Diagnostic(code=Code.REGISTRY_OUTPUT_INVALID, message=message, file=source)) from None
