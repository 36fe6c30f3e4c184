"""Files that are watched: what they are like, and when that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from time import sleep
from typing import TypeAlias

INTERVAL = 0.05
"""How often, in seconds, files are looked at while they are watched."""

SETTLED = 0.01
"""How long, in seconds, a file that has changed is to stay as it is before it is read: it may be half written."""

States: TypeAlias = dict[Path, tuple[int, int, int] | None]
"""What changes whenever a file is written or replaced; None while it is not there."""


def states(files: Iterable[Path]) -> States:
    """The states of files as they are now."""
    return {path: state(path) for path in files}


def state(path: Path) -> tuple[int, int, int] | None:
    """The state of a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def await_change(before: States, files: Callable[[], Iterable[Path]], interval: float = INTERVAL) -> list[Path]:
    """Wait until files are no longer what they were, and are whole.

    Args:
        before: What they were.
        files: Tells which they are.
        interval: How often to look, in seconds.

    Returns:
        Those that have changed, come or gone.
    """
    while (now := states(files())) == before:
        sleep(interval)
    sleep(SETTLED)
    while now != (now := states(files())):
        sleep(SETTLED)
    return [path for path in {**before, **now} if before.get(path) != now.get(path)]
