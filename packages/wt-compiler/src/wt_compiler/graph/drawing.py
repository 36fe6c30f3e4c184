"""Drawing in a process of its own, started before it is known what to draw."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from wt_compiler.graph import NotDrawnError

LONGEST = 60.0
"""Seconds after which a compile goes on without a picture."""

_ROOT = Path(__file__).parents[2]
_WORKER = "import sys; sys.path[:] = sys.argv[2:]; from wt_compiler.graph.worker import main; main()"


class Picture(NamedTuple):
    """A drawn graph."""

    svg: bytes
    png: bytes


class Drawing:
    """A process that loads Graphviz while its user prepares the graph.

    Use it as a context manager: whatever happens, the process is gone afterwards.

    Attributes:
        told: Whether it knows what to draw.

    Raises:
        NotDrawnError: If the process cannot be started.
    """

    def __init__(self) -> None:
        self.told = False
        from wt_envs.cache import cache_root

        # It imports from where this process does, and is spared finding that out; but not from the working directory,
        # where a file of the user's could stand in for a module.
        path = [str(_ROOT), *(entry for entry in sys.path if Path(entry).is_absolute())]
        command = [sys.executable, "-P", "-S", "-c", _WORKER, str(cache_root() / "graphviz"), *path]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise NotDrawnError(f"no process can be started: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def send(self, dot: str) -> None:
        """Say what to draw; once only.

        Args:
            dot: DOT text.
        """
        self.told = True
        stream, self._process.stdin = self._process.stdin, None
        assert stream is not None
        with suppress(BrokenPipeError), stream:  # a process that died says why to `finish`
            stream.write(dot.encode())

    def finish(self, timeout: float | None = LONGEST) -> Picture:
        """Wait for the picture.

        Args:
            timeout: Seconds after which it is given up; None for never.

        Raises:
            NotDrawnError: If it fails or takes too long.
        """
        try:
            output, errors = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise NotDrawnError(f"it took longer than {timeout:g} s") from None
        if self._process.returncode:
            lines = errors.decode(errors="replace").strip().splitlines()
            raise NotDrawnError(lines[-1] if lines else f"the process ended with {self._process.returncode}")
        end = 8 + int.from_bytes(output[:8], "big")
        return Picture(output[8:end], output[end:])
