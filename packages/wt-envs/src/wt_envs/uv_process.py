"""Running uv: the one of the `uv` wheel, with the user's own configuration of indexes."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from wt_envs.offline import is_offline

Progress = Callable[[str], None]

UV_VARIABLE: Final = "WT_UV"
_ANSI: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOISE: Final = ("Using CPython", "Activate with", "warning:", " +", "Added ", "Removed ", "Updated ")
# What would bend a run of uv towards the caller's own project or environment instead of the one that is being made.
_BENDING: Final = frozenset(
    {
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYTHONHOME",
        "PYTHONPATH",
        "__PYVENV_LAUNCHER__",
        "UV_PROJECT",
        "UV_WORKING_DIRECTORY",
    }
    | {
        "UV_PYTHON",
        "UV_PROJECT_ENVIRONMENT",
        "UV_FROZEN",
        "UV_LOCKED",
        "UV_NO_SYNC",
        "UV_NO_DEV",
        "UV_DEV",
        "UV_ENV_FILE",
    }
    | {"UV_NO_EDITABLE", "UV_NO_SOURCES", "UV_NO_INSTALL_PROJECT", "UV_NO_INSTALL_WORKSPACE", "UV_NO_INSTALL_LOCAL"}
    | {"UV_NO_GROUP", "UV_NO_DEFAULT_GROUPS", "UV_VENV_SEED", "UV_ISOLATED", "UV_CONSTRAINT", "UV_OVERRIDE"}
)
_CONFIGURING: Final = re.compile(
    r"UV_(DEFAULT_INDEX|INDEX.*|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|EXCLUDE_NEWER.*|PRERELEASE|RESOLUTION|FORK_STRATEGY"
    r"|CONFIG_FILE|NO_CONFIG|NO_BINARY.*|NO_BUILD.*|TORCH_BACKEND)"
)


class UvError(Exception):
    """A run of uv failed.

    Args:
        output: Everything that uv wrote.
    """

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


def find_uv() -> Path:
    """The uv program: that of the `uv` wheel, or the one that `WT_UV` names; never one that happens to be on the PATH.

    Raises:
        UvError: If the wheel holds no program for this platform.
    """
    configured = os.environ.get(UV_VARIABLE)
    if configured:
        return Path(configured)
    import uv

    try:
        return Path(uv.find_uv_bin())
    except FileNotFoundError as error:
        raise UvError(f"the uv wheel holds no uv program: {error}") from error


def run_uv(
    *arguments: str | Path, cwd: Path, environ: Mapping[str, str] | None = None, progress: Progress | None = None
) -> None:
    """Run uv to its end.

    Args:
        arguments: Its command line.
        cwd: Where it runs.
        environ: Variables on top of those of this process.
        progress: Told each line that says what uv is doing.

    Raises:
        UvError: If uv cannot be started or fails; with all that it wrote.
    """
    command = [str(find_uv()), *map(str, arguments)]
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**uv_environ(), **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise UvError(f"uv cannot be started: {command[0]}: {error.strerror}") from error
    lines = _read(process, progress)
    if process.returncode != 0:
        raise UvError("".join(lines) or f"uv ended with exit code {process.returncode} and said nothing")


def uv_environ() -> dict[str, str]:
    """The environment that uv gets: the caller's, without what would bend it, and with pip's index if uv has none.

    uv does not read pip's configuration; someone whose mirror is set for pip only means it for wt, too.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _BENDING}
    if not any(name in environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")) and not _configuration_files():
        for pip, uv in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL")):
            if environ.get(pip):
                environ.setdefault(uv, environ[pip])
    if is_offline():
        environ["UV_OFFLINE"] = "1"
    return {**environ, "NO_COLOR": "1", "UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}


def uv_configuration() -> str:
    """A hash over everything of the user's configuration that can change what a solve gives."""
    variables = sorted(f"{name}={value}" for name, value in uv_environ().items() if _CONFIGURING.fullmatch(name))
    digest = hashlib.sha256("\0".join(variables).encode("utf-8", "surrogateescape"))
    for file in _configuration_files():
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _configuration_files() -> list[Path]:
    if os.environ.get("UV_CONFIG_FILE"):
        return [path for path in [Path(os.environ["UV_CONFIG_FILE"])] if path.is_file()]
    if sys.platform == "win32":
        places = [os.environ.get("APPDATA", ""), os.environ.get("PROGRAMDATA", "")]
    else:
        home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111  (must not raise)
        places = [home, *os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":"), "/etc"]
    return [path for place in places if place and (path := Path(place, "uv", "uv.toml")).is_file()]


def _read(process: subprocess.Popen[str], progress: Progress | None) -> list[str]:
    lines: list[str] = []
    failed = False
    with process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                text = _ANSI.sub("", line)
                lines.append(text)
                failed = failed or text.startswith("error:")
                if progress is not None and text.strip() and not failed and not text.startswith(_NOISE):
                    progress(text.strip())
        except BaseException:
            process.kill()
            raise
    return lines
