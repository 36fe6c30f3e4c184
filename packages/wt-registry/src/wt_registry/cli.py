"""The `wt-registry` command: what the task libraries of this environment offer."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from wt_registry.stdout import reserved_stdout

if TYPE_CHECKING:
    from wt_registry.document import Document


def run() -> int:
    """The process `wt-registry`: `main` with the arguments of the process.

    The process is short and keeps nearly everything that it makes (modules, classes, schemas), so looking for
    garbage, while it works and once more when it ends, would cost a fifth of its time and find nothing.

    Returns:
        The exit code.
    """
    gc.disable()
    try:
        return main()
    finally:
        gc.freeze()


def main(argv: Sequence[str] | None = None) -> int:
    """Import the task libraries, print what they offer on standard output, and everything else on standard error.

    Args:
        argv: The arguments; by default those of the process.

    Returns:
        The exit code: 0, or 1 with `--strict` if there are problems. Wrong usage exits with 2.
    """
    arguments = _parser().parse_args(argv)
    with reserved_stdout() as stdout:
        document = _collect(arguments.package, arguments.function)
        for problem in document.problems:
            place = f" ({problem.place})" if problem.place else ""
            print(f"warning: {problem.kind} {problem.subject}: {problem.reason}{place}", file=sys.stderr)  # noqa: T201 - a command
        written = _write(_text(document, arguments), stdout)
    return 1 if not written or (arguments.strict and document.problems) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wt-registry", description="Print the tasks that the task libraries of this environment offer."
    )
    parser.add_argument("--format", choices=("json", "pretty"), default="json", help="for machines or for people")
    parser.add_argument("--pretty", action="store_true", help="indent the JSON")
    parser.add_argument("--function", metavar="NAME", action="append", default=[], help="only this task; repeatable")
    parser.add_argument(
        "--package", metavar="PKG", action="append", default=[], help="import this module too; repeatable"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 if a task or library cannot be described")
    return parser


def _collect(packages: Sequence[str], functions: Sequence[str]) -> Document:
    # No plugin of pydantic's changes a schema, and looking for them reads the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from wt_registry.libraries import import_libraries, installed_libraries

    imported, problems = import_libraries([*installed_libraries(), *packages])
    from wt_registry.document import describe, without_unimportable
    from wt_registry.registration import get_registry

    registrations, unimportable = without_unimportable(get_registry())
    problems += unimportable
    if functions:
        _warn_of_unknown(functions, {registration.function_name for registration in registrations.values()})
        registrations = {p: r for p, r in registrations.items() if r.function_name in functions}
        problems = [p for p in problems if p.kind == "library" or p.subject.rsplit(".", 1)[-1] in functions]
    return describe(registrations, imported, problems)


def _warn_of_unknown(functions: Sequence[str], known: set[str]) -> None:
    from difflib import get_close_matches

    for name in functions:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            print(f"warning: no task is named {name!r}{hint}", file=sys.stderr)  # noqa: T201 - a command


def _write(text: str, stdout: TextIO) -> bool:
    try:
        stdout.write(text)
        stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            print(f"error: standard output cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201 - a command
        # What is left in the buffer would raise once more when the stream is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
        return False
    return True


def _text(document: Document, arguments: argparse.Namespace) -> str:
    if arguments.format == "pretty":
        from wt_registry.pretty import format_pretty

        return format_pretty(document)
    return document.to_json(indent=arguments.pretty) + "\n"
