"""What is said, and which exit code is given, when a command ends early."""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from wt_cli.console import TerminalConsole

INTERRUPTED = 130
PIPE_CLOSED = 141
BUG = 70
"""`EX_SOFTWARE` of sysexits.h."""

_NO_NUMBER = re.compile("is not a valid (integer|float)( range)?")
_NUMBERS = {"integer": "is no whole number", "float": "is no number"}

_STATES_OF_THE_MACHINE = frozenset(
    getattr(errno, name)
    for name in ("EACCES", "EDQUOT", "EMFILE", "ENFILE", "ENOSPC", "EPERM", "EROFS", "EIO", "EFBIG")
    if hasattr(errno, name)
)


def report(failure: BaseException, console: TerminalConsole) -> int:
    """Tell the user why a command ended.

    Args:
        failure: What ended it.
        console: Where to tell.

    Returns:
        The exit code: the one that a mistake carries, 2 for wrong usage, 130 for Ctrl-C, 141 for a closed pipe, 70
        for a bug of ours.

    Raises:
        SystemExit: Passed on.
    """
    from wt_contracts.diagnostics import DiagnosticError

    console.pause()
    match failure:
        case SystemExit():
            raise failure
        case DiagnosticError():
            console.fail(failure.diagnostics)
            return failure.exit_code
        case KeyboardInterrupt() | click.Abort():
            console.say("interrupted")
            return INTERRUPTED
        case BrokenPipeError():
            return PIPE_CLOSED
        case click.ClickException():
            return _report_usage(failure, console)
        case OSError() if failure.errno in _STATES_OF_THE_MACHINE:
            return _report_machine(failure, console)
    return _report_bug(failure, console)


def silence(stream: TextIO) -> None:
    """Let a stream that nobody reads, or that cannot be written, go nowhere: Python would complain at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _report_usage(failure: click.ClickException, console: TerminalConsole) -> int:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic

    if type(failure).__name__ == "NoArgsIsHelpError" and not console.json:  # click has the class since 8.2
        console.say(failure.format_message())
        return 2
    context = failure.ctx if isinstance(failure, click.UsageError) else None
    hint = f"'{context.command_path} --help' explains the usage" if context else None
    message = _NO_NUMBER.sub(lambda found: _NUMBERS[found[1]], failure.format_message()).rstrip(".")
    console.fail([Diagnostic(code=Code.USAGE, message=message[:1].lower() + message[1:], hint=hint)])
    return 2


def _report_machine(failure: OSError, console: TerminalConsole) -> int:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic

    message = f"{failure.filename or 'the output'} cannot be used: {failure.strerror}"
    hint = "check the permissions of that place, and the space on its disk"
    console.fail([Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message, hint=hint)])
    return 2


def _report_bug(failure: BaseException, console: TerminalConsole) -> int:
    import traceback

    if os.environ.get("WT_DEBUG"):
        console.say("".join(traceback.format_exception(failure)))
    frames = traceback.extract_tb(failure.__traceback__)
    place = f" in {frames[-1].filename.rpartition(os.sep)[2]}:{frames[-1].lineno}" if frames else ""
    words = " ".join(f"{type(failure).__name__}: {failure}".split())
    advice = "" if os.environ.get("WT_DEBUG") else "; WT_DEBUG=1 shows the traceback"
    console.say(f"this is a bug in wt: {words}{place}{advice}")
    return BUG


def flush(console: TerminalConsole, code: int) -> int:
    """Empty the streams before Python does, so that a pipe or disk that takes no more is our report, not Python's.

    Args:
        console: Where to tell.
        code: The exit code so far.

    Returns:
        That code, or the failure's if stdout could not be emptied.
    """
    try:
        sys.stdout.flush()
    except OSError as failure:
        silence(sys.stdout)
        code = report(failure, console) if code == 0 else code
    try:
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)
    return code
