"""The engines that are measured, each in an environment of its own; and how one is given a piece of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from environments import FIXTURES, Peers
from harness import Bench, Contender

PROGRAMS = FIXTURES / "engine"
REQUIREMENTS = {
    "justpipe": ("justpipe>=0.12,<0.13",),
    "wpipe": ("wpipe>=2.5,<2.6",),
    "dbos": ("dbos>=3,<4", "pysqlite3-binary"),
}
"""What each peer installs; dbos needs a newer SQLite than many systems have."""


def engine(bench: Bench, name: str, work: str, count: int, *, label: str = "", note: str = "") -> list[Contender]:
    """One engine with one piece of work, measured by itself; nothing if it cannot be had here.

    Args:
        bench: The benchmark.
        name: `wt`, `floor` or a peer.
        work: What to do, as its program calls it.
        count: How often.
        label: What the table calls it; the engine's name without it.
        note: What to know about it.
    """

    def make() -> Iterator[Contender]:
        python = python_of(bench.peers, name)
        argv: Sequence[str | Path] = [python, PROGRAMS / f"run_{name}.py", work, str(count)]
        yield Contender(label or name, lambda _: argv, note=note, measured=True)

    return bench.optional(label or name, make)


def python_of(peers: Peers, name: str) -> Path:
    """The interpreter that has an engine."""
    if name == "floor":
        return peers.plain_python()
    if name == "wt":
        return peers.ours().python
    return peers.get(name, *REQUIREMENTS[name]).python
