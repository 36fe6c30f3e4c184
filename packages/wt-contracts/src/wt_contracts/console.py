"""What a sub-command of `wt` may ask of the terminal.

The `wt` command passes an object of this shape to its sub-commands (`click.Context.obj`), so that a package that
offers one needs to know nothing of how things are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from wt_contracts.diagnostics import Diagnostic


class Console(Protocol):
    """Where a command's answer, its progress and its warnings go.

    Attributes:
        json: Whether the answer is for a machine: one JSON document on stdout, no colours.
        interactive: Whether a person sits at the terminal and can be asked.
    """

    json: bool
    interactive: bool

    def answer(self, text: str) -> None:
        """Write a piece of the command's answer to stdout."""
        ...

    def progress(self, message: str) -> None:
        """Say on stderr what is being done now; on a terminal it replaces what was said before, and "" takes it away.

        Say "" before anything else uses the terminal: a prompt, or a sub-process that inherits it.
        """
        ...

    def diagnose(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Show warnings and errors on stderr; does not end the command."""
        ...
