"""Compiles to one directory take turns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


@contextmanager
def turn(target: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other process compiles to `target`, and keep others waiting meanwhile.

    Otherwise one would take what the other has just written for files of the user's. A cache that cannot be written is
    no obstacle: then nobody waits, and at worst a compile is refused.

    Args:
        target: The absolute path of the workspace.
        progress: Is told of waiting.
    """
    from wt_envs.cache import cache_root
    from wt_envs.mutex import mutex

    def waiting() -> None:
        progress("waiting for another process that compiles to the same directory")

    with ExitStack() as held:
        with suppress(OSError):
            directory = cache_root() / "turns"
            directory.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(str(target).encode(errors="surrogateescape")).hexdigest()[:32]
            held.enter_context(mutex(directory / name, on_wait=waiting))
        yield
