"""Formatting generated Python: one ruff process for a whole tree, with a configuration of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

LINE_LENGTH = 88
"""Ruff's own default, so that formatting a workspace again changes nothing even without its configuration."""


_OPTIONS = (
    "--isolated",
    "--no-cache",
    "--no-respect-gitignore",
    f"--line-length={LINE_LENGTH}",
    "--target-version=py311",
    "--config=exclude=[]",
)
"""Nothing that lies around the tree (configuration, ignore files, a directory called `build`) may change the result."""


class FormatError(Exception):
    """Ruff failed; the message is what it said."""


class Formatting:
    """A running formatter.

    Args:
        tree: The directory whose Python files are formatted in place.

    Raises:
        FormatError: If ruff cannot be started.
    """

    def __init__(self, tree: Path) -> None:
        from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]  # ruff has no stubs

        try:
            command = [find_ruff_bin(), "format", *_OPTIONS, "--", str(tree)]
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=tree)
        except OSError as error:
            raise FormatError(str(error)) from error

    def finish(self) -> None:
        """Wait until all files are formatted.

        Raises:
            FormatError: If one could not be.
        """
        _, errors = self._process.communicate()
        if self._process.returncode:
            raise FormatError(errors.decode(errors="replace").strip())

    def close(self) -> None:
        """End the process if it still runs."""
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
