"""Asking py-rattler, which runs in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Final, Self

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.cache import cache_root
from wt_envs.offline import is_offline
from wt_envs.uv_process import Progress

_LAST_WORDS: Final = 20


class RattlerError(Exception):
    """A request failed.

    Args:
        kind: The name of py-rattler's exception.
        message: What it says.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Rattler:
    """A process that answers requests one after the other; a context manager.

    Args:
        progress: Told what it is doing.

    Raises:
        DiagnosticError: If py-rattler is not installed (WT406).
    """

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        if find_spec("rattler") is None:
            message = "conda packages are required, and py-rattler is not installed"
            hint = "install 'wt-envs[conda]', or require the packages from PyPI with 'source: pypi'"
            raise DiagnosticError(Diagnostic(code=Code.CONDA_UNAVAILABLE, message=message, hint=hint))

    def __enter__(self) -> Self:
        # What a panic of the library prints goes to a file: a pipe that nobody reads would fill up.
        self._errors = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "wt_envs.rattler_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1", "RUST_BACKTRACE": "0"},
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.kill()
        with self._process, self._errors:
            if self._process.stdin is not None and not self._process.stdin.closed:
                with contextlib.suppress(BrokenPipeError):  # it has ended by itself, and a request is left in the pipe
                    self._process.stdin.close()
            self._process.wait()

    def ask(self, operation: str, **request: Any) -> Any:
        """Send a request and wait for its answer.

        Args:
            operation: One of `rattler_worker.OPERATIONS`.
            request: Its arguments, as JSON can hold them.

        Returns:
            The answer, as JSON gives it.

        Raises:
            RattlerError: If the request fails, or the process ends.
        """
        whole = {"operation": operation, "repodata": str(cache_root() / "repodata"), "offline": is_offline(), **request}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(whole) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None
        for line in self._process.stdout:
            message: dict[str, Any] = json.loads(line)
            if "progress" in message:
                if self._progress is not None:
                    self._progress(message["progress"])
            elif "error" in message:
                raise RattlerError(message["error"], message["message"])
            else:
                return message["answer"]
        raise self._ended()

    def _ended(self) -> RattlerError:
        self._process.wait()
        self._errors.seek(0)
        said = "".join(self._errors.readlines()[-_LAST_WORDS:]).strip()
        return RattlerError("Ended", said or f"the process of py-rattler ended with {self._process.returncode}")
