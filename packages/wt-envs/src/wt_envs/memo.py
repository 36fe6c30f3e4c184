"""Small things that are remembered to save time: lost, or never written, they only cost it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def recall(memo: Path) -> str:
    """What was remembered; empty if nothing was."""
    try:
        return memo.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def remember(memo: Path, text: str) -> str:
    """Remember a text, if the cache can be written.

    Returns:
        The text.
    """
    keep(memo, text.encode())
    return text


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache whole, or not at all if it cannot be written: whoever must write there will say so."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it sees the old content or the new, and never a part.

    Raises:
        OSError: If it cannot be written; the old content stays.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def bound(directory: Path, most: int) -> None:
    """Forget the files of a directory that were written longest ago, until no more than `most` are left."""
    with suppress(OSError):
        written = sorted(directory.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in written[: max(0, len(written) - most)]:
            path.unlink(missing_ok=True)
