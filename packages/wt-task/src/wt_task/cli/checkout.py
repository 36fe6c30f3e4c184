"""The git commit that is checked out where a workspace lies."""

from __future__ import annotations

import os
from typing import Any


class Checkout:
    """Asks git, if there is anything to ask it; meanwhile the run goes on.

    Args:
        directory: The workspace.
    """

    def __init__(self, directory: str) -> None:
        self._process = self._ask(directory)
        self._answer: dict[str, Any] = {}

    def answer(self, seconds: float) -> dict[str, Any]:
        """What git says: `commit` and `dirty`; nothing if it says nothing within so many seconds."""
        if self._process is None:
            return self._answer
        import subprocess

        try:
            said = self._process.communicate(timeout=seconds)[0].decode().strip()
        except subprocess.TimeoutExpired:
            return self._answer
        if self._process.returncode == 0:
            commit, _, dirty = said.partition("-")
            self._answer = {"commit": commit, "dirty": bool(dirty)}
        self._process = None
        return self._answer

    def close(self) -> None:
        """Wait for git no longer."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    @staticmethod
    def _ask(directory: str) -> Any:
        above = directory
        while not os.path.exists(f"{above}/.git"):  # noqa: PTH110 - importing pathlib costs more than a run may take
            below, above = above, os.path.dirname(above)  # noqa: PTH120
            if above == below:
                return None
        import subprocess

        # The abbreviation of no tag: a commit and, of a checkout with changes, "-dirty"
        argv = ["git", "-C", directory, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
        environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
        quiet = subprocess.DEVNULL
        try:
            return subprocess.Popen(argv, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, env=environ)
        except OSError:
            return None
