"""Directories in the cache that are built once, appear whole or not at all, and are shared by all processes."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs import cache
from wt_envs.mutex import mutex, mutex_if_free

ENTRY: Final = "entry"
_STAGING: Final = ".staging"
_MUTEXES: Final = ".mutexes"
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN: Final = {errno.EROFS, errno.EACCES, errno.EPERM}


def location(kind: str, key: str) -> Path:
    """Where the entry `key` of the kind `kind` is, or would be."""
    return cache.cache_root() / kind / key


def obtain(
    kind: str,
    key: str,
    build: Callable[[Path], None],
    *,
    intact: Callable[[Path], bool] = Path.is_dir,
    on_wait: Callable[[], None] | None = None,
    replace: bool = False,
) -> Path:
    """Get a directory of the cache, building it if it is not there.

    Two processes that ask at once build once; a build that is killed leaves nothing but a staging directory, which the
    next build removes.

    Args:
        kind: The sort of entry, such as `envs`.
        key: What it is addressed by; no dots or slashes.
        build: Fills `entry` in the staging directory that it is given; may keep other things beside it there.
        intact: Whether an entry that is there can be used.
        on_wait: Called once if another process is building the same entry.
        replace: Whether to build also if it is there.

    Returns:
        The directory.

    Raises:
        DiagnosticError: If the cache cannot be written or its disk is full (WT407), or what `build` raises.
    """
    target = location(kind, key)
    if not replace and intact(target):
        touch(target)
        return target
    root = target.parent
    with cache_errors(root):
        (root / _STAGING).mkdir(parents=True, exist_ok=True)
        (root / _MUTEXES).mkdir(exist_ok=True)
        with mutex(root / _MUTEXES / key, on_wait=on_wait):
            if replace or not intact(target):
                sweep(root, held=key)
                _build(target, key, build)
    return target


def touch(entry: Path) -> None:
    """Note that an entry was used now; what is not used for long is pruned."""
    with suppress(OSError):
        os.utime(entry)


def entries(kind: str) -> list[Path]:
    """All entries of a kind, by name."""
    root = cache.cache_root() / kind
    try:
        return sorted(path for path in root.iterdir() if not path.name.startswith(".") and path.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def discard(entry: Path) -> bool:
    """Remove an entry, whole and at once for every observer.

    Returns:
        False if it is being built right now, and stays.

    Raises:
        DiagnosticError: If the cache cannot be written (WT407).
    """
    root = entry.parent
    with cache_errors(root):
        (root / _STAGING).mkdir(parents=True, exist_ok=True)
        (root / _MUTEXES).mkdir(exist_ok=True)
        with mutex_if_free(root / _MUTEXES / entry.name) as held:
            if held:
                _move_away(entry, Path(tempfile.mkdtemp(prefix=f"{entry.name}.", dir=root / _STAGING)))
                sweep(root, held=entry.name)
            return held


def sweep(root: Path, *, held: str | None = None) -> None:
    """Remove staging directories whose builder is gone.

    Args:
        root: The directory of one kind of entries.
        held: The key whose mutex the caller holds.
    """
    staging = root / _STAGING
    for leftover in list(staging.iterdir()) if staging.is_dir() else []:
        key = leftover.name.partition(".")[0]
        if key == held:
            shutil.rmtree(leftover, ignore_errors=True)
            continue
        with mutex_if_free(root / _MUTEXES / key) as free:
            if free:
                shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def cache_errors(directory: Path) -> Iterator[None]:
    """Say clearly that the cache cannot be written, or that its disk is full.

    Args:
        directory: The directory that is written to.

    Raises:
        DiagnosticError: WT407, instead of the OSError that says so.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiagnosticError(disk_full(directory), exit_code=1) from error
        if error.errno in _FORBIDDEN or isinstance(error, (NotADirectoryError, FileExistsError)):
            raise DiagnosticError(not_writable(directory, error.strerror), exit_code=1) from error
        raise


def disk_full(directory: Path) -> Diagnostic:
    """What to say when the disk of the cache is full."""
    return Diagnostic(
        code=Code.CACHE_NOT_WRITABLE,
        message=f"the disk is full: nothing more can be written to the cache {directory}",
        hint=f"make room ('wt env prune' removes unused environments), or set {cache.VARIABLE} to another disk",
    )


def not_writable(directory: Path, reason: str | None) -> Diagnostic:
    """What to say when the cache cannot be written."""
    return Diagnostic(
        code=Code.CACHE_NOT_WRITABLE,
        message=f"the cache {directory} cannot be written" + (f": {reason}" if reason else ""),
        hint=f"set {cache.VARIABLE} to a directory that can be written",
    )


def _build(target: Path, key: str, build: Callable[[Path], None]) -> None:
    staging = Path(tempfile.mkdtemp(prefix=f"{key}.", dir=target.parent / _STAGING))
    try:
        build(staging)
        if target.exists():
            _move_away(target, staging)
        (staging / ENTRY).rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move_away(entry: Path, staging: Path) -> None:
    with suppress(FileNotFoundError):
        entry.rename(staging / "removed")
