"""The platforms that a workspace is locked for, by the names that conda gives them, and what each is taken to have."""

from __future__ import annotations

import sys
import sysconfig
from typing import Final, NamedTuple

_SYSTEMS: Final = {"linux": "linux", "darwin": "osx", "win32": "win"}
_MACHINES: Final = {"x86_64": "64", "amd64": "64"}


class Platform(NamedTuple):
    """What is assumed of every machine of a platform, also when it is solved for elsewhere.

    Attributes:
        name: Its name, such as `linux-64`.
        virtual: Conda's virtual packages: name, version, build.
        markers: What the markers of PEP 508 see there, without what depends on the version of Python.
        marker: The marker that holds on this platform and on none of the others.
    """

    name: str
    virtual: tuple[tuple[str, str, str], ...]
    markers: dict[str, str]
    marker: str


LINUX_KERNEL: Final = "4.18"
GLIBC: Final = "2.28"
MACOS: Final = "13.0"


def _linux(name: str, machine: str) -> Platform:
    virtual = (("__unix", "0", "0"), ("__linux", LINUX_KERNEL, "0"), ("__glibc", GLIBC, "0"))
    markers = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": machine}
    marker = f"sys_platform == 'linux' and platform_machine == '{machine}'"
    return Platform(name, (*virtual, ("__archspec", "1", machine)), markers, marker)


def _macos(name: str, machine: str) -> Platform:
    virtual = (("__unix", "0", "0"), ("__osx", MACOS, "0"), ("__archspec", "1", machine))
    markers = {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": machine}
    return Platform(name, virtual, markers, f"sys_platform == 'darwin' and platform_machine == '{machine}'")


def _windows(name: str, machine: str) -> Platform:
    virtual = (("__win", "0", "0"), ("__archspec", "1", "x86_64"))
    markers = {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": machine}
    return Platform(name, virtual, markers, f"sys_platform == 'win32' and platform_machine == '{machine}'")


_KNOWN: Final = (
    _linux("linux-64", "x86_64"),
    _linux("linux-aarch64", "aarch64"),
    _macos("osx-arm64", "arm64"),
    _windows("win-64", "AMD64"),
)
PLATFORMS: Final = {platform.name: platform for platform in _KNOWN}
"""What every workspace is locked for, by name."""


def current_platform() -> str:
    """The platform that this process runs on, such as `linux-64`."""
    system = _SYSTEMS.get(sys.platform, sys.platform)
    machine = sysconfig.get_platform().rpartition("-")[2].lower()
    if machine == "arm64" and system == "linux":
        machine = "aarch64"
    return f"{system}-{_MACHINES.get(machine, machine)}"
