"""Control groups of Linux, by which the kernel limits what a process and all that it starts take of the memory.

What counts is memory that is touched, not address space that is reserved, and a process that moves into a group brings
nothing along: the limit is one of what it takes from then on. The interfaces are those of the kernel's documentation,
"Control Group v2" and, for older systems, "Memory Resource Controller".
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PREFIX = "wt-engine-"
_numbers = itertools.count(1)


class _Interface(NamedTuple):
    """What the files of one version are called.

    Attributes:
        limits: Which get the limit, in this order; those that are not there are left out.
        closed: What else is set, so that nothing is swapped out and all processes end together.
        events: Where the kernel counts the processes that it has killed.
    """

    limits: tuple[str, ...]
    closed: dict[str, str]
    events: str


_V1 = _Interface(("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"), {}, "memory.oom_control")
_V2 = _Interface(("memory.max",), {"memory.swap.max": "0", "memory.oom.group": "1"}, "memory.events")


class Place(NamedTuple):
    """Where this process may make groups.

    Attributes:
        directory: The group in which they are made.
        interface: The names of their files.
    """

    directory: Path
    interface: _Interface


class MemoryGroup:
    """A group that one process is in for a while.

    Attributes:
        limit: Bytes that may be taken in it.
    """

    def __init__(self, directory: Path, interface: _Interface, home: Path, limit: int) -> None:
        self.limit = limit
        self._directory = directory
        self._interface = interface
        self._home = home

    @property
    def exceeded(self) -> bool:
        """Whether the kernel has killed a process because it took more."""
        with contextlib.suppress(OSError):
            for line in (self._directory / self._interface.events).read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return count != "0"
        return False

    def close(self) -> None:
        """Send back what is still in it, and remove it."""
        with contextlib.suppress(OSError):
            for process in (self._directory / "cgroup.procs").read_text().split():
                with contextlib.suppress(OSError):  # it has ended
                    (self._home / "cgroup.procs").write_text(process)
        with contextlib.suppress(OSError):  # whoever makes groups next sweeps it
            self._directory.rmdir()


@contextlib.contextmanager
def memory_group(process: int, limit: int) -> Iterator[MemoryGroup | None]:
    """Have a process in a group of its own while the block runs.

    Args:
        process: The number of the process.
        limit: How many bytes it may take meanwhile, with all that it starts.

    Yields:
        The group; None where this process may make none.
    """
    group = _moved(process, limit)
    try:
        yield group
    finally:
        if group is not None:
            group.close()


def _moved(process: int, limit: int) -> MemoryGroup | None:
    found, home = place(), _directory_of("self")
    if found is None or home is None:
        return None
    directory = found.directory / f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    group = MemoryGroup(directory, found.interface, home[0], limit)
    try:
        directory.mkdir()
        _close_off(directory, found.interface, limit)
        (directory / "cgroup.procs").write_text(str(process))
    except OSError:
        group.close()
        return None
    return group


def _close_off(directory: Path, interface: _Interface, limit: int) -> None:
    first, *others = interface.limits
    (directory / first).write_text(str(limit))
    for name, value in {**dict.fromkeys(others, str(limit)), **interface.closed}.items():
        if (directory / name).exists():
            (directory / name).write_text(value)


@functools.cache
def place() -> Place | None:
    """Where groups can be made: tried once. In version 2 that is beside this process, not below it."""
    found = _directory_of("self")
    if found is None:
        return None
    own, interface = found
    for directory in (own, own.parent) if interface is _V2 else (own,):
        try:
            _sweep(directory)
            if interface is _V2 and "memory" not in (directory / "cgroup.subtree_control").read_text().split():
                (directory / "cgroup.subtree_control").write_text("+memory")
            trial = directory / f"{_PREFIX}{os.getpid()}-0"
            trial.mkdir()
            trial.rmdir()
        except OSError:
            continue
        return Place(directory, interface)
    return None


def _directory_of(process: str) -> tuple[Path, _Interface] | None:
    """The directory of the group that bounds the memory of a process."""
    try:
        groups = Path(f"/proc/{process}/cgroup").read_text().splitlines()
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return None
    paths = {controllers: path for _, controllers, path in (line.split(":", 2) for line in groups)}
    for mount in mounts:
        fields, _, kind = mount.partition(" - ")
        root, point = fields.split()[3:5]
        filesystem, _, options = kind.split(" ", 2)
        if filesystem == "cgroup" and "memory" in options.split(","):
            return Path(point, _below(paths.get(_named(paths), "/"), root)), _V1
        if filesystem == "cgroup2" and not _named(paths) and "" in paths:
            return Path(point, _below(paths[""], root)), _V2
    return None


def _named(paths: dict[str, str]) -> str:
    """The controllers of version 1 that memory is one of; empty if there are none."""
    return next((names for names in paths if "memory" in names.split(",")), "")


def _below(path: str, root: str) -> str:
    """A path of a group, below where its file system is mounted."""
    inside = path.removeprefix(root) if root != "/" and path.startswith(root) else path
    return inside.lstrip("/")


def _sweep(directory: Path) -> None:
    """Remove the groups of processes that were killed."""
    for group in directory.glob(f"{_PREFIX}*"):
        owner = group.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            with contextlib.suppress(OSError):
                group.rmdir()
