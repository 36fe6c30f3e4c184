"""Opening a store and finding a run in it, with every mistake named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wt_contracts.codes import Code
    from wt_contracts.console import Console
    from wt_contracts.diagnostics import DiagnosticError

    from wt_engine.storage import RunRecord, SQLiteBackend

F = TypeVar("F", bound=Callable[..., Any])

STATUSES = (
    "running",
    "success",
    "failed",
    "timeout",
    "cancelled",
    "client_closed",
    "suspended",
    "interrupted",
)
"""How a run may stand; a test compares them with `RunStatus`, whose import every `wt --help` would pay for."""


def store_option(command: F) -> F:
    """Let a command have `--store`."""
    kind = click.Path(path_type=Path)
    return click.option("--store", "place", type=kind, metavar="FILE", help="The store to look at.")(command)


def json_option(command: F) -> F:
    """Let a command have `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")(command)


@contextmanager
def opened_store(place: Path | None) -> Iterator[SQLiteBackend]:
    """A store that exists.

    Args:
        place: Its file; the default one without it.

    Raises:
        DiagnosticError: It cannot be used.
    """
    from wt_contracts.codes import Code

    from wt_engine.storage import SQLiteBackend, StoreError

    with closing(SQLiteBackend(place, create=False)) as store:
        try:
            yield store
        except StoreError as error:
            message = str(error).removesuffix(f". {error.advice}")
            raise mistake(Code.STORE_UNUSABLE, message, error.advice) from error


def find_run(store: SQLiteBackend, prefix: str) -> RunRecord:
    """The run whose id is, or alone begins with, a text.

    Raises:
        DiagnosticError: There is none, or there are several.
        StoreError: The store cannot be read.
    """
    from wt_contracts.codes import Code

    exact = store.get_run(prefix) if prefix else None
    found = [exact] if exact is not None else store.find_runs_by_prefix(prefix) if prefix else []
    if not found:
        hint = "'wt engine runs' lists the runs; --store names another store"
        raise mistake(Code.RUN_UNKNOWN, f"there is no run {prefix!r} in {store.path}", hint)
    if len(found) > 1:
        names = ", ".join(run.run_id[: len(prefix) + 6] for run in found[:5])
        raise mistake(Code.RUN_AMBIGUOUS, f"several runs begin with {prefix!r}: {names}", "give more of the id")
    return found[0]


@contextmanager
def writing(output: Path | None) -> Iterator[None]:
    """Write a file.

    Raises:
        DiagnosticError: It cannot be written.
    """
    from wt_contracts.codes import Code

    try:
        yield
    except OSError as error:
        hint = "check that its directory exists, its permissions, and the space on its disk"
        raise mistake(Code.OUTPUT_NOT_WRITABLE, f"{output} cannot be written: {error.strerror}", hint) from error


def mistake(code: Code, message: str, hint: str | None = None) -> DiagnosticError:
    """A mistake of the user's, as the terminal shows it."""
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    return DiagnosticError(Diagnostic(code=code, message=message, hint=hint))


def answer_json(console: Console, document: Any) -> None:
    """Answer with a JSON document; what JSON does not know is shown as text."""
    console.answer(json.dumps(document, indent=2, default=str))


def plain(text: object) -> str:
    """A text from a record on one line, without characters that would steer the terminal."""
    words = " ".join(str(text).split())
    return "".join(char if char.isprintable() else "\ufffd" for char in words)


def duration(seconds: float | None) -> str:
    """Seconds as people read them."""
    if seconds is None:
        return "-"
    if seconds < 1:
        return f"{1000 * seconds:.1f} ms"
    return f"{seconds:.2f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def moment(seconds: float | None) -> str:
    """Seconds since the epoch as people here read them."""
    from datetime import datetime

    return "-" if seconds is None else datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
