"""A new workspace beside the old one, until it is whole.

A staging directory is `.<name>.staging-<random>`, holding the new tree and a lock file that its process keeps locked.
One whose lock is free belongs to a process that died, and is removed by the next compile. Nothing is synced to the
disk: a workspace can be compiled again, and its manifest tells whether it is whole.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from wt_compiler.emit import Files
from wt_compiler.exchange import recover, swap

CACHES = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"})
"""Left behind when a workspace is replaced: whoever made them makes them again."""
ENVIRONMENTS = frozenset({".venv", ".pixi"})
"""Moved over after the replacement: too many files to link, and anyone can make them again from the lock."""


class Staging:
    """A directory to write a new tree into, and to put it in place from.

    Use it as a context manager: what is not in place at the end is removed.

    Args:
        target: Where the tree will go. Its parent is created.

    Raises:
        OSError: If nothing can be written beside the target.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        prefix = _prefix(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(target, prefix)
        self._container = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
        self._lock = _lock(self._container)
        self.tree = self._container / "tree"
        self.tree.mkdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
        shutil.rmtree(self._container, ignore_errors=True)

    def write(self, files: Files) -> None:
        """Write files into the new tree.

        Raises:
            OSError: If one cannot be written.
        """
        for name, content in files.items():
            path = self.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, path)
            else:
                # Half a surrogate pair, which YAML can write and UTF-8 cannot, must not stop a compile.
                text = content.encode(errors="backslashreplace") if isinstance(content, str) else content
                path.write_bytes(text)

    def carry_over(self, written: Collection[str]) -> list[str]:
        """Take the user's own files from the old tree into the new one.

        Args:
            written: The paths that belong to the old compile.

        Returns:
            The user's files that stand where the new tree has a file of its own, by path; they are not taken.

        Raises:
            OSError: If one cannot be taken.
        """
        return list(_Carrier(self.target, self.tree, frozenset(written)).run()) if self.target.is_dir() else []

    def put_in_place(self) -> None:
        """Make the new tree the target.

        Raises:
            OSError: If that fails; then the target is what it was before.
        """
        old = swap(self.tree, self.target, self._container / "old")
        for name in ENVIRONMENTS if old else ():
            if old and (old / name).is_dir() and not (self.target / name).exists():
                (old / name).rename(self.target / name)


class _Carrier:
    """Links what is not a compile's from one tree into another."""

    def __init__(self, old: Path, new: Path, written: frozenset[str]) -> None:
        self._old = old
        self._new = new
        self._written = written

    def run(self) -> list[str]:
        collisions: list[str] = []
        for directory, folders, files in os.walk(self._old):
            here = Path(directory)
            top = here == self._old
            folders[:] = [f for f in folders if f not in CACHES and not (top and f in ENVIRONMENTS)]
            links = [name for name in folders if (here / name).is_symlink()]
            for name in sorted([*files, *links]):
                relative = (here / name).relative_to(self._old)
                if relative.as_posix() not in self._written and not self._take(relative):
                    collisions.append(relative.as_posix())
            if not folders and not files:
                (self._new / here.relative_to(self._old)).mkdir(parents=True, exist_ok=True)
        return collisions

    def _take(self, relative: Path) -> bool:
        source, target = self._old / relative, self._new / relative
        if os.path.lexists(target):
            return False
        if source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source.readlink())
        elif stat.S_ISREG(source.stat().st_mode):
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(source, target)
        return True


def _prefix(target: Path) -> str:
    return f".{target.name}.staging-"


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target)


def _lock(container: Path, *, create: bool = True) -> int | None:
    """The descriptor of a locked lock file; None where there are no locks, or if another process holds it."""
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(container / "lock", os.O_RDWR | (os.O_CREAT if create else 0))
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _remove_stale(target: Path, prefix: str) -> None:
    for container in target.parent.glob(f"{_globbed(prefix)}*"):
        try:
            handle = _lock(container, create=False)
        except OSError:  # being made, or being removed, right now
            continue
        if handle is not None:
            recover(target, container / "old")
            shutil.rmtree(container, ignore_errors=True)
            os.close(handle)


def _globbed(text: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)
