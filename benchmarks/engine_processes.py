"""1,000 items of ten milliseconds of processor time each, in two processes: by the clock, their start included."""

from __future__ import annotations

from collections.abc import Iterator

import harness
from engines import engine
from harness import Bench, Group, Target

ITEMS = 1_000


def groups(bench: Bench) -> Iterator[Group]:
    """One group; it says something only on a machine with two processors that are free."""
    floor = engine(bench, "floor", "processes", ITEMS, label="sequential", note="a plain loop")
    ours = engine(bench, "wt", "processes", ITEMS)
    yield Group(f"{ITEMS:,} x 10 ms", [*floor, *ours], [Target("wt", 0.6, "sequential")], "µs an item")


if __name__ == "__main__":
    raise SystemExit(harness.main("Items in processes", groups))
