"""Asking an interpreter what the task libraries in its environment offer."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_compiler.wording import shorten

_LINES_SHOWN: Final = 6
_STACK: Final = re.compile(r"^(Fatal Python error: |(Current t|T)hread 0x)", re.MULTILINE)
_IMPORTED: Final = re.compile(r'^  File "([^"<]+)", line (\d+) in <module>$', re.MULTILINE)
_STACK_SECONDS: Final = 0.3


def ask(interpreter: Sequence[str], timeout: float) -> bytes:
    """Run the registry command in a process group of its own.

    Args:
        interpreter: The interpreter with its options.
        timeout: Seconds after which the process is ended, with everything that it started.

    Returns:
        What the command printed.

    Raises:
        DiagnosticError: If it is missing, fails, does not answer or takes too long.
    """
    # Files and not pipes: a process that a library leaves behind would hold a pipe open.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = _run([*interpreter, "-m", "wt_registry", "--format", "json"], output, errors, timeout)
        answer, said = _content(output), _content(errors)
    if code is None:
        message = f"the task libraries were not imported within {timeout:g} seconds"
        raise _failure(Code.DISCOVERY_TIMEOUT, message, said, "'--discovery-timeout' allows more time")
    if code != 0 and b"No module named wt_registry" in said:
        message = "the environment has no wt-registry"
        hint = "task libraries depend on it: is one among the requirements, or installed here?"
        raise DiagnosticError(Diagnostic(code=Code.REGISTRY_COMMAND_MISSING, message=message, hint=hint))
    if code != 0:
        message = f"asking the task libraries what they offer failed (exit code {code})"
        raise _failure(Code.DISCOVERY_FAILED, message, said)
    if not answer.strip():
        message = "there is no answer: a task library ends the process while it is imported"
        raise _failure(Code.DISCOVERY_FAILED, message, said)
    return answer


def _run(command: list[str], output: IO[bytes], errors: IO[bytes], timeout: float) -> int | None:
    """The exit code, or None if the process had to be ended."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
        )
    except OSError as error:
        message = f"the environment's interpreter cannot be started: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.DISCOVERY_FAILED, message=message, file=command[0])) from None
    with process:
        try:
            return process.wait(timeout)
        except BaseException as failure:
            _end(process)
            if not isinstance(failure, subprocess.TimeoutExpired):
                raise
            return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix" and process.poll() is None:
        os.kill(process.pid, signal.SIGUSR1)  # the registry command then says which line it is at
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STACK_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _failure(code: Code, message: str, said: bytes, advice: str | None = None) -> DiagnosticError:
    text = said.decode(errors="replace")
    stack = _STACK.search(text)
    at = _IMPORTED.search(text, stack.start()) if stack else None  # the innermost module that is being imported
    lines = [line for line in text[: stack.start() if stack else None].splitlines() if line.strip()]
    shown = "\n        ".join(shorten(line, 200) for line in lines[-_LINES_SHOWN:])
    hints = [advice, f"it said: {shown}" if shown else None]
    hint = "; ".join(part for part in hints if part) or None
    file, line = (at[1], int(at[2])) if at else (None, None)
    return DiagnosticError(Diagnostic(code=code, message=message, file=file, line=line, hint=hint))
