"""The Python that environments are made with."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple


class Interpreter(NamedTuple):
    """A Python interpreter that is no virtual environment.

    Attributes:
        executable: The program.
        identity: Everything about it that decides what is installed and whether it runs: implementation, version,
            place, platform. Part of the address of every environment made with it.
    """

    executable: Path
    identity: str


def running_interpreter() -> Interpreter:
    """The interpreter that this process runs on, outside of its virtual environment."""
    executable = getattr(sys, "_base_executable", None) or sys.executable
    version = ".".join(str(part) for part in sys.version_info[:3]) + getattr(sys, "abiflags", "")
    identity = [sys.implementation.name, version, sys.base_prefix, sys.platform, *_machine()]
    return Interpreter(Path(executable), " ".join(identity))


def _machine() -> list[str]:
    if sys.platform == "win32":
        return [os.environ.get("PROCESSOR_ARCHITECTURE", "")]
    names = getattr(os, "confstr_names", {})
    libc = os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in names else None
    return [os.uname().machine, libc or ""]
