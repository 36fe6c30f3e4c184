"""All that is found wrong with one spec, gathered before anything is said."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.diagnostics import near_miss as closest

from wt_compiler.values import Position
from wt_compiler.wording import shorten

MOST_SHOWN = 200
"""More diagnostics than this are counted, not shown: nobody reads them, and junk can hold a million."""

MOST_COMPARED = 50_000
"""How many names are compared in search of near misses in one spec; a comparison takes some 20 µs."""

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
        self._unshown = 0
        self._comparisons = 0
        self.failed = False

    def error(self, code: Code, message: str, position: Position | None, hint: str | None = None) -> None:
        """Note something that makes the spec unusable."""
        self.failed = True
        self._add(code, "error", message, position, hint)

    def warn(self, code: Code, message: str, position: Position | None, hint: str | None = None) -> None:
        """Note something worth knowing."""
        self._add(code, "warning", message, position, hint)

    def near_miss(self, name: str, candidates: Collection[str]) -> str | None:
        """The candidate that `name` most likely stands for; None also once too much has been compared."""
        self._comparisons += len(candidates)
        return closest(name, candidates) if self._comparisons <= MOST_COMPARED else None

    def suggest(self, name: str, candidates: Collection[str], otherwise: str | None = None) -> str | None:
        """The hint `did you mean …?`, or another one if nothing is near."""
        meant = self.near_miss(name, candidates)
        return f"did you mean {meant!r}?" if meant is not None else otherwise

    @property
    def sorted(self) -> list[Diagnostic]:
        """Everything found, by place."""
        return sorted(self._found, key=lambda found: (found.line or 0, found.column or 0))

    def raise_if_failed(self) -> None:
        """End here if there is an error.

        Raises:
            DiagnosticError: Holds everything found, warnings too.
        """
        if self.failed:
            raise DiagnosticError(self._with_count(self.sorted))

    def _add(
        self, code: Code, severity: Literal["error", "warning"], message: str, at: Position | None, hint: str | None
    ) -> None:
        if len(self._found) >= MOST_SHOWN and severity == "error" and any(f.severity == "error" for f in self._found):
            self._unshown += 1
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
            )
        )

    def _source(self, at: Position | None) -> str | None:
        if at is None or not 0 < at.line <= len(self.lines):
            return None
        line = self.lines[at.line - 1]
        if len(line) <= LONGEST_LINE:
            return line
        return line[: LONGEST_LINE - 1] + "…" if at.column < LONGEST_LINE else None

    def _with_count(self, found: list[Diagnostic]) -> list[Diagnostic]:
        if not self._unshown:
            return found
        last = found[-1]
        more = f"{self._unshown} more errors are not shown"
        hint = f"{last.hint}; {more}" if last.hint else more
        return [*found[:-1], last.model_copy(update={"hint": hint})]
