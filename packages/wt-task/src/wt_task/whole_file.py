"""Files of which a reader sees all or nothing."""

from __future__ import annotations

import os
import threading


def write_whole(path: str, content: bytes, *, private: bool = True, durable: bool = False) -> str:
    """Write a file beside its place, and put it there.

    Args:
        path: Where to; its directory is made if it is missing.
        content: What to write.
        private: Whether it, and a directory that is made for it, are nobody else's business.
        durable: Whether it is to survive that the machine loses its power.

    Returns:
        The path.

    Raises:
        OSError: It cannot be written; what was there before stays.
    """
    directory, _, name = path.rpartition("/")
    aside = f"{directory}/.{name}.{os.getpid()}.{threading.get_ident()}"
    try:
        descriptor = _opened(aside, directory, private=private)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(aside, path)  # noqa: PTH105 - importing pathlib costs more than a run may take
    except OSError:
        if os.path.exists(aside):  # noqa: PTH110
            os.unlink(aside)  # noqa: PTH108
        raise
    return path


def _opened(path: str, directory: str, *, private: bool) -> int:
    flags, mode = os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666
    try:
        return os.open(path, flags, mode)
    except FileNotFoundError:
        os.makedirs(directory, mode=0o700 if private else 0o777, exist_ok=True)  # noqa: PTH103
        return os.open(path, flags, mode)
