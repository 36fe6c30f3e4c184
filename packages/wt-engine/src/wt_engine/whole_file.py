"""Files that are replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Replace a file at once: whoever reads it meanwhile, in any thread or process, sees the old or the new one.

    A file that was there keeps its permissions.

    Args:
        path: The file; its directory must exist.
        content: What it is to hold.

    Raises:
        OSError: It cannot be written; the file is left as it was.
    """
    place = Path(path)
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
    aside = place.with_name(f".{place.name}.{os.urandom(6).hex()}")
    try:
        with aside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if place.exists():
            aside.chmod(place.stat().st_mode & 0o777)
        aside.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
