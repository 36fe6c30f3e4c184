"""A lock to an environment: built once and shared by everything that has the same lock, or in a place of its own."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.environment import Environment
from wt_envs.freshness import check_fresh, note_fresh
from wt_envs.interpreter import running_interpreter
from wt_envs.lock import AnyLock, Lock
from wt_envs.store import ENTRY, cache_errors, location, obtain
from wt_envs.uv_process import Progress, UvError, run_uv
from wt_envs.uv_words import explain

__all__ = ["KIND", "RECORD", "Environment", "address", "check_free", "install", "is_intact", "realise"]

KIND: Final = "envs"
RECORD: Final = "wt-environment.json"
_RULES: Final = "1"


def realise(lock: AnyLock, *, progress: Progress | None = None) -> Environment:
    """Get the environment of a lock, for the running interpreter; made if it is not there.

    Args:
        lock: What gets installed. One with conda packages brings its own interpreter.
        progress: Told what is being done.

    Returns:
        The environment.

    Raises:
        DiagnosticError: If something cannot be installed (WT404) or is not what was locked (WT413), the lock is no lock
            (WT405), not for this machine (WT410) or out of date (WT411), or the cache cannot be written (WT407).
            Nothing half-built is left.
    """
    digest = address(lock)
    target = location(KIND, digest[:32])

    def build(staging: Path) -> None:
        _build(lock, digest, staging, target, progress)

    check_fresh(lock, present=is_intact(target))
    waiting = None if progress is None else lambda: progress("waiting for another process that installs the same")
    prefix = obtain(KIND, digest[:32], build, intact=is_intact, on_wait=waiting)
    return Environment(prefix, digest)


def install(lock: AnyLock, to: Path, *, progress: Progress | None = None) -> Environment:
    """Install the environment of a lock in a place of its own, such as in a container image.

    Args:
        lock: What gets installed.
        to: Where; nothing may be there. It is built beside it and then moved.
        progress: Told what is being done.

    Returns:
        The environment.

    Raises:
        DiagnosticError: As `realise`; also if the place is taken (WT407).
    """
    target, digest = to.absolute(), address(lock)
    check_fresh(lock, present=False)
    check_free(target)
    with cache_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as staging:
            _build(lock, digest, Path(staging), target, progress)
            (Path(staging) / ENTRY).rename(target)
    return Environment(target, digest)


def check_free(place: Path) -> None:
    """Refuse a place for an environment that is taken.

    Raises:
        DiagnosticError: WT407.
    """
    if os.path.lexists(place):
        message = f"{place} is there already"
        raise DiagnosticError(Diagnostic(code=Code.CACHE_NOT_WRITABLE, message=message, hint="remove it"), exit_code=1)


def address(lock: AnyLock) -> str:
    """What the environment of a lock is addressed by on this machine; needs no environment to be there."""
    if isinstance(lock, Lock):
        machine = running_interpreter().identity
    else:
        from wt_envs.platforms import current_platform

        machine = current_platform()
    return hashlib.sha256("\0".join((_RULES, lock.digest, machine)).encode()).hexdigest()


def is_intact(prefix: Path) -> bool:
    """Whether an environment is there and the Python that it was made with still is."""
    return Environment(prefix, "").python.exists()


def _build(lock: AnyLock, digest: str, staging: Path, target: Path, progress: Progress | None) -> None:
    if progress is not None:
        progress("installing the environment")
    _install(lock, staging, target, progress)
    note_fresh(lock)
    (staging / ENTRY / RECORD).write_text(json.dumps(_record(lock, digest)), encoding="utf-8")


def _install(lock: AnyLock, staging: Path, target: Path, progress: Progress | None) -> None:
    if isinstance(lock, Lock):
        _install_uv(lock, staging, progress)
    else:
        from wt_envs.conda_realise import install_conda

        install_conda(lock, staging, staging / ENTRY, target, progress)


def _install_uv(lock: Lock, staging: Path, progress: Progress | None) -> None:
    project = staging / "project"
    prefix = staging / ENTRY
    python = running_interpreter().executable
    lock.write(project)
    try:
        run_uv("venv", "--quiet", "--relocatable", "--no-project", "--python", python, prefix, cwd=staging)
        run_uv(
            *("sync", "--frozen", "--no-install-project", "--no-default-groups", "--python", python),
            cwd=project,
            environ={"UV_PROJECT_ENVIRONMENT": str(prefix)},
            progress=progress,
        )
    except UvError as error:
        doing = "the environment cannot be installed"
        raise explain(error, cache=location(KIND, ""), otherwise=Code.REALISE_FAILED, doing=doing) from error


def _record(lock: AnyLock, digest: str) -> dict[str, object]:
    if isinstance(lock, Lock):
        name = tomllib.loads(lock.pyproject).get("project", {}).get("name")
        interpreter = running_interpreter().identity
    else:
        name, interpreter = lock.project, f"conda python {dict(lock.packages).get('python', '')}"
    return {"digest": digest, "lock": lock.digest, "project": name, "interpreter": interpreter, "created": time.time()}
