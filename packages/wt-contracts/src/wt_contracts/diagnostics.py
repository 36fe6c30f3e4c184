"""What a user is told about a mistake: what is wrong, where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from wt_contracts.codes import Code


@dataclass(frozen=True, kw_only=True)
class Note:
    """Another place that a diagnostic is about.

    Attributes:
        message: What is there.
        file: The file, as the user named it.
        line: The line in that file, counted from 1.
        column: The column in that line, counted from 1.
        source: The text of that line.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None

    @property
    def place(self) -> str:
        """`file:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, kw_only=True)
class Diagnostic(Note):
    """One mistake, or one thing worth knowing.

    Attributes:
        code: The stable code, such as `WT121`.
        severity: An `error` stops the command; a `warning` does not.
        message: What is wrong, in one sentence without a full stop.
        file: The file, as the user named it.
        line: The line in that file, counted from 1.
        column: The column in that line, counted from 1.
        source: The text of that line.
        hint: What to do about it.
        notes: Other places that it is about.
    """

    code: Code
    severity: Literal["error", "warning"] = "error"
    hint: str | None = None
    notes: tuple[Note, ...] = ()


class DiagnosticError(Exception):
    """A mistake of the user's that ends a command.

    Args:
        diagnostics: All that was found, at least one of them an error.
        exit_code: What the process should exit with: 2 for usage, specs and parameters, 1 for failed work.
    """

    def __init__(self, diagnostics: Diagnostic | Sequence[Diagnostic], *, exit_code: int = 2) -> None:
        self.diagnostics = [diagnostics] if isinstance(diagnostics, Diagnostic) else list(diagnostics)
        self.exit_code = exit_code
        super().__init__("\n".join(format_text(diagnostic) for diagnostic in self.diagnostics))


def format_text(diagnostic: Diagnostic) -> str:
    """The diagnostic as a person reads it: the message, the line with a caret below it, the hint."""
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}", *_shown(diagnostic)]
    for note in diagnostic.notes:
        lines += [f"  note: {note.message}", *_shown(note)]
    if diagnostic.hint:
        lines.append(f"  hint: {diagnostic.hint}")
    return "\n".join(lines)


def _shown(note: Note) -> list[str]:
    """The place, and the line with a caret below it."""
    lines = [f"  --> {note.place}"] if note.place else []
    if note.source is not None and note.line is not None:
        margin = " " * len(str(note.line))
        lines.append(f" {note.line} | {note.source}")
        if note.column is not None:
            before = note.source[: note.column - 1]
            indent = "".join("\t" if character == "\t" else " " for character in before)
            lines.append(f" {margin} | {indent}^")
    return lines


def format_json(diagnostics: Iterable[Diagnostic]) -> str:
    """All diagnostics as one JSON document for machines: `{"diagnostics": [...]}`."""
    return json.dumps({"diagnostics": [asdict(d) for d in diagnostics]}, indent=2)


def near_miss(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that a user who wrote `name` most likely meant, or None if none is close."""
    from difflib import get_close_matches

    names = list(candidates)
    same = next((each for each in names if each.casefold() == name.casefold()), None)
    return same or next(iter(get_close_matches(name, names, n=1, cutoff=0.6)), None)
