"""The variables that conda packages set when their environment is activated, such as where GDAL finds its data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from wt_envs.memo import keep

RECORD: Final = "wt-activation.json"
_PROGRAM: Final = 'for script in "$@"; do . "$script" >/dev/null; done; env -0'
_ITS_OWN: Final = frozenset({"_", "PWD", "OLDPWD", "SHLVL", "PATH", "CONDA_PREFIX"})
_SECONDS: Final = 30.0


def activation(prefix: Path) -> dict[str, str]:
    """What the activation scripts of an environment set, and its `env_vars.d`.

    Args:
        prefix: The environment.

    Returns:
        The variables; the path is not among them. The scripts run once, then their outcome is kept in the environment.
    """
    scripts = sorted((prefix / "etc" / "conda" / "activate.d").glob("*.sh"))
    files = sorted((prefix / "etc" / "conda" / "env_vars.d").glob("*.json"))
    if not scripts and not files:
        return {}
    record = prefix / RECORD
    with suppress(OSError, ValueError):
        kept: dict[str, str] = json.loads(record.read_text(encoding="utf-8"))
        return kept
    variables = {**_declared(files), **(_run(scripts, prefix) if sys.platform != "win32" else {})}
    keep(record, json.dumps(variables).encode())
    return variables


def _declared(files: Iterable[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in files:
        with suppress(OSError, ValueError, AttributeError):
            found.update({str(key): str(value) for key, value in json.loads(file.read_text(encoding="utf-8")).items()})
    return found


def _run(scripts: Iterable[Path], prefix: Path) -> dict[str, str]:
    before = {"PATH": os.pathsep.join((str(prefix / "bin"), os.defpath)), "CONDA_PREFIX": str(prefix)}
    for name in ("HOME", "LANG", "TMPDIR"):
        if name in os.environ:
            before[name] = os.environ[name]
    shell = "bash" if Path("/bin/bash").exists() else "sh"
    command = [f"/bin/{shell}", "-c", _PROGRAM, shell, *map(str, scripts)]
    done = subprocess.run(command, env=before, capture_output=True, timeout=_SECONDS, check=False)
    pairs = (entry.partition(b"=") for entry in done.stdout.split(b"\0") if b"=" in entry)
    after = {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
    return {name: value for name, value in after.items() if name not in _ITS_OWN and before.get(name) != value}
