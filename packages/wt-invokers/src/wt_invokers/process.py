"""A process and all that it starts: output that never blocks it, and an end that nothing survives."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeAlias

Sink: TypeAlias = Callable[[bytes], None]

_TAIL_BYTES = 16 * 1024
_CHUNK = 64 * 1024
_DRAIN_SECONDS = 2.0
_SWEEP_SECONDS = 0.5


class ProcessGroup:
    """A child process in a session of its own.

    Its output is read by threads whatever its size; the end of it is kept. When the child has ended, whatever it
    left behind in its process group is ended too.

    Args:
        argv: The command line.
        env: The environment.
        cwd: The working directory.
        stdout: Gets the child's output as it comes.
        stderr: Gets the child's error output as it comes.
        lifeline: The variable that tells the child which descriptor to read: it ends when this process does, also if
            this process is killed. None if the child cannot do that; on Windows it is not told.
        stdin: The descriptor that the child reads from; by default there is nothing to read.

    Raises:
        OSError: If the process cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        stdout: Sink | None = None,
        stderr: Sink | None = None,
        lifeline: str | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> None:
        held: int | None = None
        passed: tuple[int, ...] = ()
        if lifeline is not None and os.name == "posix":
            end, held = os.pipe()
            passed, env = (end,), {**env, lifeline: str(end)}
        self._lifeline = held
        try:
            self._process = subprocess.Popen(
                argv,
                env=dict(env),
                cwd=cwd,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=passed,
            )
        except BaseException:
            self._let_go()
            raise
        finally:
            for end in passed:
                os.close(end)
        self._stdout = _Drain(self._process.stdout, stdout)
        self._stderr = _Drain(self._process.stderr, stderr)
        self._ended = threading.Event()
        self._waiter = threading.Thread(target=self._wait, name="wt-wait", daemon=True)
        self._waiter.start()

    @property
    def pid(self) -> int:
        """The process id of the child, which is also the id of its group."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for the signal that ended the child; None while it runs."""
        return self._process.returncode if self._ended.is_set() else None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the child has ended and its output is read.

        Args:
            timeout: At most so many seconds.

        Returns:
            Whether it has ended.
        """
        if not self._ended.wait(timeout):
            return False
        self._stdout.join()
        self._stderr.join()
        return True

    def end(self, grace: float) -> None:
        """End the group: ask with SIGTERM, then kill.

        Args:
            grace: How many seconds the child has to end by itself. A Ctrl-C meanwhile cuts that short.
        """
        if self._ended.is_set():  # the system may have given the group's id to somebody else
            return
        self._signal(signal.SIGTERM)
        with suppress(KeyboardInterrupt):
            self._ended.wait(grace)
        self._signal(signal.SIGKILL)
        self.wait()

    def tail(self) -> str:
        """The last lines of the error output, or of the output if there was none."""
        return self._stderr.tail() or self._stdout.tail()

    def _wait(self) -> None:
        self._process.wait()
        self._sweep()
        self._let_go()
        self._ended.set()

    def _let_go(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    def _sweep(self) -> None:
        """End what the child left behind; what cleans up after it has a moment for that."""
        if not self._signal(signal.SIGTERM):
            return
        last = time.monotonic() + _SWEEP_SECONDS
        while time.monotonic() < last and self._signal(0):
            time.sleep(0.01)
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> bool:
        """Send a signal to the group; whether there is anybody in it."""
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
            return False
        return True


class _Drain:
    """Reads a pipe to its end in a thread of its own."""

    def __init__(self, pipe: IO[bytes] | None, sink: Sink | None) -> None:
        if pipe is None:
            raise ValueError("the process has no such pipe")
        self._pipe = pipe
        self._sink = sink
        self._kept: deque[bytes] = deque()
        self._size = 0
        self._thread = threading.Thread(target=self._read, name="wt-drain", daemon=True)
        self._thread.start()

    def join(self) -> None:
        # A process that left the group may hold the pipe open for ever
        self._thread.join(_DRAIN_SECONDS)

    def tail(self) -> str:
        text = b"".join(self._kept)[-_TAIL_BYTES:].decode(errors="replace").rstrip()
        return "\n".join(text.splitlines()[-30:])

    def _read(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), _CHUNK):
                self._keep(chunk)
                self._pass_on(chunk)

    def _keep(self, chunk: bytes) -> None:
        self._kept.append(chunk)
        self._size += len(chunk)
        while self._size - len(self._kept[0]) >= _TAIL_BYTES:
            self._size -= len(self._kept.popleft())

    def _pass_on(self, chunk: bytes) -> None:
        if self._sink is None:
            return
        try:
            self._sink(chunk)
        except (OSError, ValueError):  # whoever read it is gone; the child shall not wait for that
            self._sink = None
