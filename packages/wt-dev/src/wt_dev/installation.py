"""A package installed alone, from local wheels, and what comes with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from wt_envs.uv_process import run_uv

from wt_dev.distribution import wheels_in

_CONTENTS: Final = """
import importlib.metadata, json
print(json.dumps([(found.name, found.version) for found in importlib.metadata.distributions()]))
"""


def write_constraints(root: Path, wheels: Path, target: Path) -> Path:
    """Write what every resolution keeps to: our own packages are the local wheels, the others are as in the lock.

    A constraint that names a file leaves the resolver no choice: whatever an index has under one of our names, and
    however new it is, is not looked at.

    Args:
        root: The checkout, whose `uv.lock` is read.
        wheels: The directory with the wheels of all our packages.
        target: The file to write.

    Returns:
        The file.
    """
    options = ("--all-packages", "--all-extras", "--no-dev", "--no-emit-workspace", "--no-hashes", "--no-header")
    run_uv("export", "--frozen", "--quiet", "--no-annotate", *options, "--output-file", target, cwd=root)
    locked = target.read_text(encoding="utf-8")
    target.write_text(own_constraints(wheels) + locked, encoding="utf-8")
    return target


def own_constraints(wheels: Path) -> str:
    """A line for each local wheel that says: this package is this file."""
    return "".join(f"{name} @ {path.as_uri()}\n" for name, path in wheels_in(wheels).items())


def resolve(requirement: str, constraints: Path, *options: str) -> dict[str, str]:
    """What a requirement resolves to.

    Args:
        requirement: As pip takes it, such as `wt-task[gcp]`.
        constraints: From `write_constraints`.
        options: More options of `uv pip compile`.

    Returns:
        The version or the file of each distribution, by its canonical name.

    Raises:
        UvError: If there is no solution.
    """
    asked = constraints.with_name(f"{canonicalize_name(requirement)}.in")
    asked.write_text(f"{requirement}\n", encoding="utf-8")
    resolved = asked.with_suffix(".out")
    quiet = ("--quiet", "--no-header", "--no-annotate", "--output-file", resolved)
    run_uv("pip", "compile", asked, "--constraints", constraints, *quiet, *options, cwd=asked.parent)
    found = resolved.read_text(encoding="utf-8")
    resolved.unlink()  # uv would prefer what stands in it
    lines = [line for line in found.splitlines() if line and not line.startswith("#")]
    pairs = (line.replace(" @ ", "==", 1).partition(";")[0].strip().partition("==") for line in lines)
    return {str(canonicalize_name(name)): version for name, _, version in pairs}


@dataclass(frozen=True)
class Installation:
    """An environment with one package and what it requires.

    Attributes:
        directory: The virtual environment.
    """

    directory: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.directory / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run its interpreter, with warnings as errors and nothing of the caller's Python environment."""
        hidden = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
        environ = {name: value for name, value in os.environ.items() if name not in hidden}
        command = [str(self.python), "-I", "-W", "error", *arguments]
        return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def contents(self) -> dict[str, str]:
        """The version of each distribution in it, by its canonical name."""
        listed = json.loads(self.run("-c", _CONTENTS).stdout)
        return {str(canonicalize_name(name)): version for name, version in listed}


def install_alone(requirement: str, constraints: Path, directory: Path) -> Installation:
    """Install a package into an environment that holds nothing else.

    Args:
        requirement: As pip takes it, such as `wt-task[gcp]`.
        constraints: From `write_constraints`.
        directory: Where the environment is made.

    Raises:
        UvError: If it cannot be installed.
    """
    run_uv("venv", "--quiet", "--no-project", "--python", sys.executable, directory, cwd=directory.parent)
    installation = Installation(directory)
    options = ("--quiet", "--python", installation.python, "--constraints", constraints)
    run_uv("pip", "install", *options, requirement, cwd=directory)
    return installation
