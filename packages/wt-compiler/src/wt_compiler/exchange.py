"""Putting a directory in the place of another one, in one step where the system can."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def swap(new: Path, target: Path, aside: Path) -> Path | None:
    """Give a new directory the name of an old one.

    On Linux and macOS the two change names in one step: at every moment the name stands for a whole directory.
    Elsewhere the old one is moved aside first, for `recover` to bring back if the process dies in between.

    Args:
        new: The directory to put in place.
        target: The name; what has it may be a directory or nothing.
        aside: Where the old one may be moved; nothing is there yet. All three are on one file system.

    Returns:
        Where the old directory is now; None if there was none.

    Raises:
        OSError: If it fails; then the target is what it was before.
    """
    if not target.exists():
        new.rename(target)
        return None
    exchange = _exchange()
    if exchange is not None:
        try:
            exchange(os.fsencode(new), os.fsencode(target))
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
        else:
            return new
    target.rename(aside)
    try:
        new.rename(target)
    except OSError:
        aside.rename(target)
        raise
    return aside


def recover(target: Path, aside: Path) -> None:
    """Bring back a directory that `swap` moved aside before its process died."""
    if aside.exists() and not target.exists():
        aside.rename(target)


@cache
def _exchange() -> Callable[[bytes, bytes], None] | None:
    """The system's call that exchanges two names; None if it has none."""
    import ctypes

    name = {"linux": "renameat2", "darwin": "renamex_np"}.get(sys.platform)
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None) if name else None
    if function is None:
        return None

    def exchange(one: bytes, other: bytes) -> None:
        if sys.platform == "linux":
            failed = function(_AT_FDCWD, one, _AT_FDCWD, other, ctypes.c_uint(_RENAME_EXCHANGE))
        else:
            failed = function(one, other, ctypes.c_uint(_RENAME_SWAP))
        if failed:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), os.fsdecode(other))

    return exchange
