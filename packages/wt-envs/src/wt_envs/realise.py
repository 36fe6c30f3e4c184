"""A lock to an environment on this machine, built once and shared by everything that has the same lock."""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
from pathlib import Path
from typing import Final

from wt_contracts.codes import Code

from wt_envs.environment import Environment
from wt_envs.interpreter import running_interpreter
from wt_envs.lock import Lock
from wt_envs.store import ENTRY, location, obtain
from wt_envs.uv_process import Progress, UvError, run_uv
from wt_envs.uv_words import explain

__all__ = ["KIND", "RECORD", "Environment", "address", "is_intact", "realise"]

KIND: Final = "envs"
RECORD: Final = "wt-environment.json"
_RULES: Final = "1"


def realise(lock: Lock, *, progress: Progress | None = None) -> Environment:
    """Get the environment of a lock, for the running interpreter; made if it is not there.

    Args:
        lock: What gets installed.
        progress: Told what is being done.

    Returns:
        The environment.

    Raises:
        DiagnosticError: If something cannot be installed (WT404), the lock is no lock (WT405) or the cache cannot be
            written (WT407). Nothing half-built is left.
    """
    digest = address(lock)

    def build(staging: Path) -> None:
        if progress is not None:
            progress(f"installing {len(lock.packages)} packages")
        _install(lock, staging, progress)
        (staging / ENTRY / RECORD).write_text(json.dumps(_record(lock, digest)), encoding="utf-8")

    waiting = None if progress is None else lambda: progress("waiting for another process that installs the same")
    prefix = obtain(KIND, digest[:32], build, intact=is_intact, on_wait=waiting)
    return Environment(prefix, digest)


def address(lock: Lock) -> str:
    """What the environment of a lock is addressed by on this machine; needs no environment to be there."""
    return hashlib.sha256("\0".join((_RULES, lock.digest, running_interpreter().identity)).encode()).hexdigest()


def is_intact(prefix: Path) -> bool:
    """Whether an environment is there and the Python that it was made with still is."""
    return Environment(prefix, "").python.exists()


def _install(lock: Lock, staging: Path, progress: Progress | None) -> None:
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


def _record(lock: Lock, digest: str) -> dict[str, object]:
    name = tomllib.loads(lock.pyproject).get("project", {}).get("name")
    interpreter = running_interpreter().identity
    return {"digest": digest, "lock": lock.digest, "project": name, "interpreter": interpreter, "created": time.time()}
