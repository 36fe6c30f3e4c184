"""What the cache of calls holds, and why a call of a run was made instead of being taken from there."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from wt_contracts.cached_call import CALLS_DIRECTORY, EntryHead, LoggedCall, read_head
from wt_envs.cache import cache_root
from wt_envs.store import cache_errors

_WORDS = {
    "source": "the source of the function",
    "version": "the code of its package",
    "environment": "the lock of the environment",
    "python": "the version of Python",
}
_STALE = 3600.0
"""Seconds after which a file that was not put in place never will be."""


class Kept(NamedTuple):
    """An entry of the cache.

    Attributes:
        path: Its file.
        head: What it is of.
        size: How many bytes it takes.
        used: When it was used last, in seconds since the epoch.
    """

    path: Path
    head: EntryHead
    size: int
    used: float


class Reasons(NamedTuple):
    """What became of the calls of a step.

    Attributes:
        calls: How many there were.
        hits: How many were taken from the cache.
        made: Why the others were made: how many for each reason.
    """

    calls: int
    hits: int
    made: dict[str, int]


def entries() -> Iterator[Kept]:
    """All entries; what cannot be read is none."""
    for path in _files():
        with suppress(OSError, ValueError):
            with path.open("rb") as file:
                head = read_head(file.readline())
            state = path.stat()
            yield Kept(path, head, state.st_size, state.st_mtime)


def prune(older_than: float | None, most: int | None, *, dry_run: bool) -> tuple[int, int]:
    """Remove entries.

    Args:
        older_than: Seconds; those that were not used for as long are removed.
        most: Bytes; those used longest ago are removed until the rest takes no more.
        dry_run: Whether to remove nothing.

    Returns:
        How many entries, and how many bytes.

    Raises:
        DiagnosticError: The cache cannot be written (WT407).
    """
    now = time.time()
    found = sorted(((path, path.stat()) for path in _files()), key=lambda each: each[1].st_mtime)
    total = sum(state.st_size for _, state in found)
    gone = size = 0
    with cache_errors(cache_root()):
        for path, state in found:
            stale = older_than is not None and now - state.st_mtime >= older_than
            if not stale and (most is None or total - size <= most):
                continue
            gone, size = gone + 1, size + state.st_size
            if not dry_run:
                path.unlink(missing_ok=True)
        if not dry_run:
            _sweep(now)
    return gone, size


def explain(step: str, calls: list[LoggedCall]) -> Reasons:
    """Why the calls of a step were made.

    Args:
        step: The step.
        calls: The log of the run.
    """
    own = [call for call in calls if call.step == step]
    made_here = {call.key for call in own if call.outcome == "ran"}
    known = [kept.head for kept in entries() if kept.head.step == step and kept.path.name not in made_here]
    made = Counter(_reason(call, known) for call in own if call.outcome != "hit")
    return Reasons(len(own), sum(call.outcome == "hit" for call in own), dict(made))


def _reason(call: LoggedCall, known: list[EntryHead]) -> str:
    if call.outcome == "uncached":
        return call.why or "it is not kept"
    earlier = [head for head in known if head.task == call.task and head.time < call.time]
    if not earlier:
        return "nothing is kept of a call before this run"
    nearest = min(earlier, key=lambda head: (len(_changed(head, call)), -head.time))
    changed = _changed(nearest, call)
    if "source" in changed and "version" in changed:
        changed.remove("version")
    words = [_WORDS.get(part) or f"the argument {part.removeprefix('argument ')!r}" for part in changed]
    return f"{' and '.join(words)} {'has' if len(words) == 1 else 'have'} changed since {_moment(nearest.time)}"


def _changed(head: EntryHead, call: LoggedCall) -> list[str]:
    return [part for part in {**head.parts, **call.parts} if head.parts.get(part) != call.parts.get(part)]


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def _files() -> Iterator[Path]:
    root = cache_root() / CALLS_DIRECTORY
    for directory in sorted(root.iterdir()) if root.is_dir() else []:
        if directory.is_dir():
            yield from sorted(path for path in directory.iterdir() if not path.name.startswith("."))


def _sweep(now: float) -> None:
    """Remove what writers that were killed have left, and directories without entries."""
    root = cache_root() / CALLS_DIRECTORY
    for directory in [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []:
        for path in directory.glob(".*"):
            with suppress(FileNotFoundError):
                if now - path.stat().st_mtime > _STALE:
                    path.unlink()
        with suppress(OSError):  # it is not empty
            directory.rmdir()
