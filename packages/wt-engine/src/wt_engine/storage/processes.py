"""Which process runs something, so that another one can tell whether it still does."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
from pathlib import Path

HEARTBEAT = 10.0
"""Seconds between two signs of life of a run."""

SILENCE = 6 * HEARTBEAT
"""Seconds without one after which a process of another machine, which cannot be asked, counts as dead."""


def _read(path: str) -> str:
    with contextlib.suppress(OSError):
        return Path(path).read_text(encoding="ascii").strip()
    return ""


def _started(pid: int) -> str | None:
    """When a process began, in the system's own unit; empty where that is unknown, None if there is no such process."""
    if Path("/proc/self").is_dir():
        stat = _read(f"/proc/{pid}/stat")
        # The second field is the program's name in brackets, which may hold anything. The third is the state: a
        # zombie has ended, and the twenty-second is the start.
        fields = stat.rpartition(")")[2].split()
        return fields[19] if fields and fields[0] not in ("Z", "X") else None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return ""


@functools.cache
def _place() -> str:
    """The machine, its boot and its process namespace: where process numbers mean the same."""
    space = ""
    with contextlib.suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()} {_read('/proc/sys/kernel/random/boot_id')} {space}"


def this_process() -> str:
    """The identity of this process, as JSON."""
    pid = os.getpid()
    return json.dumps({"pid": pid, "started": _started(pid), "place": _place()})


def in_words(process: str | None) -> str:
    """A process for people."""
    try:
        about = json.loads(process or "")
        return f"process {int(about['pid'])} on {str(about['place']).partition(' ')[0]}"
    except (ValueError, KeyError, TypeError):
        return "another process"


def is_alive(process: str | None, heartbeat_at: float | None, now: float) -> bool:
    """Whether a process that was running something still lives.

    Args:
        process: Its identity, from `this_process`.
        heartbeat_at: Its last sign of life, in seconds since the epoch.
        now: The time now, likewise.

    Returns:
        What the system says of it; for a process of another machine or container, whether it has given a sign of life
        within `SILENCE`. A machine that has booted since has no such process either.
    """
    try:
        about = json.loads(process or "")
        pid, started, place = int(about["pid"]), about["started"], str(about["place"])
    except (ValueError, KeyError, TypeError):
        return False
    if place == _place():
        found = _started(pid)
        return found is not None and (not started or not found or found == started)
    if place.split(" ")[0] == socket.gethostname() and place.split(" ")[1] != _place().split(" ")[1]:
        return False
    return heartbeat_at is not None and now - heartbeat_at < SILENCE
