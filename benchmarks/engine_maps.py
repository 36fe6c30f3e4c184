"""A map of 10,000 items that do nothing: what an engine adds to an item, with and without a record of it.

As in `engine_steps`; the floor is a task an item in a TaskGroup. wpipe has no map: its loop of as many rounds is here.
"""

from __future__ import annotations

from collections.abc import Iterator

import harness
from engines import engine
from harness import Bench, Group, Target

ITEMS = 10_000
LOOP = "a loop, one item after the other"


def groups(bench: Bench) -> Iterator[Group]:
    """Two maps."""
    floor = engine(bench, "floor", "map", ITEMS)
    for title, work, limit in (("nobody listening", "map", 11), ("every item recorded", "map-recorded", 25)):
        ours = engine(bench, "wt", work, ITEMS)
        peers = [*engine(bench, "justpipe", work, ITEMS), *engine(bench, "wpipe", work, ITEMS, note=LOOP)]
        targets = [Target("wt", limit / 4.5, "floor")]
        yield Group(f"map of {ITEMS:,}, {title}", [*floor, *ours, *peers], targets, "µs an item")


if __name__ == "__main__":
    raise SystemExit(harness.main("What an engine adds to an item of a map", groups))
