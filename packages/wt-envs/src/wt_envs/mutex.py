"""A lock between processes that ends with the process that holds it, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _acquire(descriptor: int, *, wait: bool) -> bool:
        while True:
            try:
                # LK_LOCK gives up after ten seconds, so it is asked again for as long as somebody else works.
                msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    return False
            else:
                return True
else:
    import fcntl

    def _acquire(descriptor: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def mutex(path: Path, *, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file `path`, waiting for whoever holds it now.

    Args:
        path: The lock file; made when needed and removed afterwards. Its directory must exist.
        on_wait: Called once before waiting, if the lock is not free.

    Raises:
        OSError: If the lock file cannot be made.
    """
    descriptor = _hold(path, wait=False)
    if descriptor is None:
        if on_wait is not None:
            on_wait()
        descriptor = _hold(path, wait=True)
    try:
        yield
    finally:
        if descriptor is not None:
            _release(path, descriptor)


@contextmanager
def mutex_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` if nobody else does; yields whether it is held."""
    descriptor = _hold(path, wait=False)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            _release(path, descriptor)


def _hold(path: Path, *, wait: bool) -> int | None:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not _acquire(descriptor, wait=wait):
                os.close(descriptor)
                return None
            # The holder before may have removed the file while we waited: then what we hold is no longer the lock.
            if _is_same_file(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_same_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _release(path: Path, descriptor: int) -> None:
    with suppress(OSError):
        path.unlink()
    os.close(descriptor)
