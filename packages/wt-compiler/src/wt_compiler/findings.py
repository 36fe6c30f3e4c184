"""All that is found wrong with one spec, gathered before anything is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, Note
from wt_contracts.diagnostics import near_miss as closest

from wt_compiler.values import Position
from wt_compiler.wording import shorten

Notes: TypeAlias = Sequence[tuple[str, Position] | Note]
"""Other places that a diagnostic is about, and what is there; a place without a file is one in the same file."""

MOST_SHOWN = 200
"""More errors or warnings than this are counted, not shown: nobody reads them, and junk can hold a million."""

MOST_COMPARED = 50_000
"""How many names are compared in search of near misses in one spec; a comparison takes some 20 µs."""

LONGEST_NAME = 200
"""A name longer than this (in characters) is no slip of the keyboard."""

LONGEST_LINE = 300
"""A line of source longer than this (in characters) is cut, or not shown if the place lies behind the cut."""

LONGEST_TEXT = 600
"""A message or hint longer than this (in characters) repeats a user's text that is too long to be read."""


class Findings:
    """Errors and warnings about one file, in the order of their places.

    Args:
        file: The file, as the user named it.
        lines: Its lines, to be shown with each diagnostic.
    """

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self._found: list[Diagnostic] = []
        self._counts = {"error": 0, "warning": 0}
        self._comparisons = 0
        self._used: list[tuple[Findings, Note]] = []
        self._files: dict[Path, None] = {}
        self._exceptions: list[tuple[str, Position]] = []

    @property
    def failed(self) -> bool:
        """Whether there is an error, here or in a file that this one uses."""
        return self._counts["error"] > 0 or any(used.failed for used, _ in self._used)

    def error(
        self, code: Code, message: str, position: Position | None, hint: str | None = None, notes: Notes = ()
    ) -> None:
        """Note something that makes the spec unusable; `notes` say what other places have to do with it."""
        self._add(code, "error", message, position, hint, notes)

    def warn(
        self, code: Code, message: str, position: Position | None, hint: str | None = None, notes: Notes = ()
    ) -> None:
        """Note something worth knowing."""
        self._add(code, "warning", message, position, hint, notes)

    def placed(self, diagnostic: Diagnostic, at: Position) -> Diagnostic:
        """What somebody who does not know the file has found, with the place that it is about; if it has none yet."""
        if diagnostic.file is not None:
            return diagnostic
        return replace(diagnostic, file=self.file, line=at.line, column=at.column, source=self._source(at))

    def near_miss(self, name: str, candidates: Collection[str]) -> str | None:
        """The candidate that `name` most likely stands for; None also once too much has been compared."""
        self._comparisons += len(candidates)
        if self._comparisons > MOST_COMPARED or len(name) > LONGEST_NAME:
            return None
        return closest(name, candidates)

    def suggest(self, name: str, candidates: Collection[str], otherwise: str | None = None) -> str | None:
        """The hint `did you mean …?`, or another one if nothing is near."""
        meant = self.near_miss(name, candidates)
        return f"did you mean {meant!r}?" if meant is not None else otherwise

    def include(self, other: Findings, at: Position) -> None:
        """Take what is found in a file that this one uses at a place for found here, now and later."""
        self._used.append((other, self.note("it is used here", at)))

    def name_exception(self, name: str, at: Position) -> None:
        """Note an exception of another package, which only the environment of the spec can know."""
        self._exceptions.append((name, at))

    @property
    def foreign_exceptions(self) -> Iterator[tuple[Findings, str, Position]]:
        """Such exceptions, here and in used files: whose findings they belong to, their names and places."""
        yield from ((self, name, at) for name, at in self._exceptions)
        for used, _ in self._used:
            yield from used.foreign_exceptions

    def depend_on(self, path: Path) -> None:
        """Note that what is found depends on another file, whether it is there or not."""
        self._files[path] = None

    @property
    def used_files(self) -> list[Path]:
        """The files that this one uses, directly or not."""
        return [*dict.fromkeys((*self._files, *(path for used, _ in self._used for path in used.used_files)))]

    def adopt(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Take over what was found while the file was read."""
        for diagnostic in diagnostics:
            self._counts[diagnostic.severity] += 1
            self._found.append(diagnostic)

    @property
    def sorted(self) -> list[Diagnostic]:
        """Everything found, by place, then what is found in used files; of very many, the last says how many."""
        return [
            *self._own,
            *(
                replace(diagnostic, notes=(*diagnostic.notes, note))
                for used, note in self._used
                for diagnostic in used.sorted
            ),
        ]

    @property
    def _own(self) -> list[Diagnostic]:
        found = sorted(self._found, key=lambda item: (item.line or 0, item.column or 0))
        more = sum(self._counts.values()) - len(found)
        if more:
            hint = f"{more} more are not shown"
            last = found[-1]
            found[-1] = replace(last, hint=f"{last.hint}; {hint}" if last.hint else hint)
        return found

    def raise_if_failed(self) -> None:
        """End here if there is an error.

        Raises:
            DiagnosticError: Holds everything found, warnings too.
        """
        if self.failed:
            raise DiagnosticError(self.sorted)

    def _add(
        self,
        code: Code,
        severity: Literal["error", "warning"],
        message: str,
        at: Position | None,
        hint: str | None,
        notes: Notes,
    ) -> None:
        self._counts[severity] += 1
        if self._counts[severity] > MOST_SHOWN:
            return
        self._found.append(
            Diagnostic(
                code=code,
                severity=severity,
                message=shorten(message, LONGEST_TEXT),
                file=self.file,
                line=at.line if at else None,
                column=at.column if at else None,
                source=self._source(at),
                hint=shorten(hint, LONGEST_TEXT) if hint else None,
                notes=tuple(note if isinstance(note, Note) else self.note(*note) for note in notes),
            )
        )

    def note(self, text: str, at: Position) -> Note:
        """Say what another place has to do with it; the place may be one in another file than the mistake."""
        message = shorten(text, LONGEST_TEXT)
        return Note(message=message, file=self.file, line=at.line, column=at.column, source=self._source(at))

    def _source(self, at: Position | None) -> str | None:
        if at is None or not 0 < at.line <= len(self.lines):
            return None
        line = self.lines[at.line - 1]
        if len(line) <= LONGEST_LINE:
            return line
        return line[: LONGEST_LINE - 1] + "…" if at.column < LONGEST_LINE else None
