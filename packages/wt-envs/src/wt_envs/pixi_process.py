"""Letting pixi install a workspace with conda packages, for those who want it to; by itself wt needs no pixi."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.environment import Environment
from wt_envs.offline import is_offline
from wt_envs.pixi_lock import MANIFEST, PixiLock
from wt_envs.switch import is_on

if TYPE_CHECKING:
    from wt_envs.uv_process import Progress

VARIABLE: Final = "WT_PIXI"
_ENVIRONMENT: Final = "default"
_LAST_WORDS: Final = 20


def use_pixi() -> None:
    """Let pixi install from now on, also in the processes that are started from here."""
    os.environ[VARIABLE] = "1"


def is_pixi_wanted() -> bool:
    """Whether pixi is to install what has a `pixi.lock`: `WT_PIXI` is set, to anything but 0, false or no."""
    return is_on(VARIABLE)


def install_with_pixi(lock: PixiLock, directory: Path, *, progress: Progress | None = None) -> Environment:
    """Get the default environment of a workspace as pixi makes it: in the workspace, from the lock as it is.

    Args:
        lock: The lock of the workspace.
        directory: The workspace.
        progress: Told what is being done.

    Returns:
        The environment.

    Raises:
        DiagnosticError: If there is no pixi, or it must fetch nothing (WT512), or it fails (WT404).
    """
    if is_offline():
        raise _usage("pixi cannot be kept from fetching", "leave out '--offline' or '--with-pixi'")
    pixi = shutil.which("pixi")
    if pixi is None:
        raise _usage(
            "there is no pixi on the PATH", "install it, or leave out '--with-pixi': wt installs the same lock"
        )
    if progress is not None:
        progress("installing the environment with pixi")
    manifest = ("--manifest-path", str(directory / MANIFEST))
    _run(pixi, "install", *manifest, "--environment", _ENVIRONMENT, "--frozen")
    known = json.loads(_run(pixi, "info", *manifest, "--json"))["environments_info"]
    prefix = next(Path(each["prefix"]) for each in known if each["name"] == _ENVIRONMENT)
    return Environment(prefix, lock.digest)


def _run(*command: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        words = "\n".join(done.stderr.strip().splitlines()[-_LAST_WORDS:])
        message = f"the environment cannot be installed with pixi: {words}"
        raise DiagnosticError(Diagnostic(code=Code.REALISE_FAILED, message=message), exit_code=1)
    return done.stdout


def _usage(message: str, hint: str) -> DiagnosticError:
    return DiagnosticError(Diagnostic(code=Code.USAGE, message=message, hint=hint))
