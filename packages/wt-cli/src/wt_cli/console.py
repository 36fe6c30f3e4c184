"""The terminal, as the sub-commands see it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from rich.status import Status
    from wt_contracts.diagnostics import Diagnostic

_SEVERITY_COLOURS = {"error": "red", "warning": "yellow"}


class TerminalConsole:
    """Implements `wt_contracts.console.Console`: answers to stdout, everything else to stderr.

    On a terminal the progress is a spinner whose text is replaced; elsewhere each message is a line. For a machine
    (`json`) there is no progress, and diagnostics are JSON documents on stderr.

    Args:
        environ: The environment; `NO_COLOR` (https://no-color.org) and `TERM=dumb` are respected.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        dumb = environ.get("TERM") == "dumb"
        self.interactive = sys.stdin.isatty() and sys.stderr.isatty() and sys.stdout.isatty() and "CI" not in environ
        self.answered = False
        """Whether anything was written to stdout."""
        self._json = False
        self._spins = sys.stderr.isatty() and not dumb
        self._coloured = self._spins and not environ.get("NO_COLOR")
        self._status: Status | None = None

    @property
    def json(self) -> bool:
        """Whether the answer is for a machine; once that is so, nobody is asked anything."""
        return self._json

    @json.setter
    def json(self, value: bool) -> None:
        self._json = value
        self.interactive = self.interactive and not value

    def answer(self, text: str) -> None:
        """Write a piece of the command's answer to stdout, as a line or lines of its own."""
        self.pause()
        self.answered = True
        _write(sys.stdout, text)

    def progress(self, message: str) -> None:
        """Say on stderr what is being done now; an empty message takes away what was said before."""
        if self.json:
            return
        if not message:
            self.pause()
        elif not self._spins:
            _write(sys.stderr, message)
        else:
            self._spin(message)

    def diagnose(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Show warnings and errors on stderr."""
        diagnostics = list(diagnostics)
        if not diagnostics:
            return
        from wt_contracts.diagnostics import format_json, format_text

        self.pause()
        if self.json:
            _write(sys.stderr, format_json(diagnostics))
            return
        for diagnostic in diagnostics:
            text = format_text(diagnostic)
            _write(sys.stderr, colour(text, diagnostic.severity) if self._coloured else text)

    def fail(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Show what ended the command: for a machine on stdout, unless something else was answered there."""
        from wt_contracts.diagnostics import format_json

        if self.json and not self.answered:
            self.answer(format_json(diagnostics))
        else:
            self.diagnose(diagnostics)

    def say(self, line: str) -> None:
        """Write a line about the command itself to stderr."""
        self.pause()
        _write(sys.stderr, line)

    def pause(self) -> None:
        """Take the spinner away, so that something else can use the terminal."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _spin(self, message: str) -> None:
        from rich.text import Text

        if self._status is not None:
            self._status.update(Text(message))
            return
        from rich.console import Console
        from rich.status import Status

        terminal = Console(stderr=True, no_color=not self._coloured)
        self._status = Status(Text(message), console=terminal)
        self._status.start()


def colour(text: str, severity: str) -> str:
    """Colour a diagnostic as `format_text` wrote it: the head by its severity, the place and the hint softly."""
    head, *rest = text.split("\n")
    label, colon, message = head.partition(": ")
    lines = [click.style(label, fg=_SEVERITY_COLOURS[severity], bold=True) + colon + click.style(message, bold=True)]
    for line in rest:
        if line.startswith("  hint: "):
            lines.append(click.style("  hint: ", fg="cyan") + line.removeprefix("  hint: "))
        elif line.startswith("  --> "):
            lines.append(click.style(line, dim=True))
        else:
            lines.append(line)
    return "\n".join(lines)


def _write(stream: TextIO, text: str) -> None:
    stream.write(text if text.endswith("\n") else text + "\n")
    stream.flush()
