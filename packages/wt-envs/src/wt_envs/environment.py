"""A realised environment, and running something in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GRACE: Final = 5.0
_OUTER: Final = frozenset(
    {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__", "CONDA_PREFIX", "PYTHONUSERBASE", "VIRTUAL_ENV"}
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that nobody changes any more.

    Attributes:
        prefix: Its directory.
        digest: What it is addressed by: the lock's digest, the interpreter's version and the platform.
    """

    prefix: Path
    digest: str

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.prefix / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        if sys.platform == "win32":
            own = self.prefix / "python.exe"  # conda's python lies there
            return own if own.is_file() else self.bin / "python.exe"
        return self.bin / "python"

    @property
    def _name(self) -> str:
        """The variable by which programs know that they run in such an environment."""
        return "CONDA_PREFIX" if self.is_conda else "VIRTUAL_ENV"

    @property
    def is_conda(self) -> bool:
        """Whether it holds conda packages, and an interpreter of its own."""
        return (self.prefix / "conda-meta").is_dir()

    @property
    def _activation(self) -> dict[str, str]:
        if not self.is_conda:
            return {}
        from wt_envs.activation import activation

        return activation(self.prefix)

    def environ(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables that a process in the environment gets.

        Args:
            env: Variables on top of those of this process.

        Returns:
            This process's variables without what points its Python elsewhere, with the environment's programs first on
            the path, and `env`.
        """
        inherited = {name: value for name, value in os.environ.items() if name not in _OUTER}
        path = os.pathsep.join(part for part in (str(self.bin), inherited.get("PATH", os.defpath)) if part)
        # The user's own site-packages would be seen before they are looked for here: a locked environment has none.
        fixed = {"PATH": path, self._name: str(self.prefix), "PYTHONNOUSERSITE": "1"}
        return {**inherited, **self._activation, **fixed, **(env or {})}

    def command(self, argv: Sequence[str | Path]) -> list[str]:
        """The command line with its program replaced by the environment's own of that name, if it has one."""
        program, *arguments = map(str, argv)
        own = self.bin / program
        names = (own, own.with_suffix(".exe")) if sys.platform == "win32" else (own,)
        found = next((str(name) for name in names if os.sep not in program and name.is_file()), program)
        return [found, *arguments]

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        cwd: Path | None = None,
        stdin: str | None = None,
        check: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the environment, to its end, and collect what it writes.

        Args:
            argv: The program, one of the environment's or any other, and its arguments.
            env: Variables on top of those of this process.
            timeout: Seconds until it is killed, with every process that it started.
            cwd: Where it runs; by default here.
            stdin: What it reads; by default nothing.
            check: Whether an exit code other than 0 is an error.

        Returns:
            The exit code, stdout and stderr.

        Raises:
            subprocess.TimeoutExpired: If it took too long; with what it wrote until then.
            subprocess.CalledProcessError: If `check` and its exit code is not 0.
            OSError: If the program is not there.
        """
        command = self.command(argv)
        process = subprocess.Popen(
            command,
            env=self.environ(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        with process:
            try:
                out, err = process.communicate(stdin, timeout=timeout)
            except subprocess.TimeoutExpired as error:
                _kill_group(process)
                raise subprocess.TimeoutExpired(command, error.timeout, *_rest(process)) from None
            except BaseException:
                _kill_group(process)
                raise
        completed = subprocess.CompletedProcess(command, process.returncode, out, err)
        if check:
            completed.check_returncode()
        return completed


def _rest(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a killed process wrote before; empty if one that left its group still holds the pipes."""
    try:
        return process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        return "", ""


def _kill_group(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
