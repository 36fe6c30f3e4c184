"""The platforms that a workspace is locked for, by the names that conda gives them."""

from __future__ import annotations

import sys
import sysconfig
from typing import Final

PLATFORMS: Final = ("linux-64", "linux-aarch64", "osx-arm64", "win-64")
"""What every workspace is locked for."""

_SYSTEMS: Final = {"linux": "linux", "darwin": "osx", "win32": "win"}
_MACHINES: Final = {"x86_64": "64", "amd64": "64"}


def current_platform() -> str:
    """The platform that this process runs on, such as `linux-64`."""
    system = _SYSTEMS.get(sys.platform, sys.platform)
    machine = sysconfig.get_platform().rpartition("-")[2].lower()
    if machine == "arm64" and system == "linux":
        machine = "aarch64"
    return f"{system}-{_MACHINES.get(machine, machine)}"
