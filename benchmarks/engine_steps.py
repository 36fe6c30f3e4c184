"""Chains of steps that do nothing: what an engine adds to a step, with and without a record of it.

Each figure is processor time of the second run in a fresh process, a step; the floors are a task a step, and an insert
with a commit a step. The limits are ratios to the floor of the same run: what the engine may take, over what the floor
took on the machine where both were set.
"""

from __future__ import annotations

from collections.abc import Iterator

import harness
from engines import engine
from harness import Bench, Group, Target

STEPS = 1_000
DURABLE = 5_000


def groups(bench: Bench) -> Iterator[Group]:
    """Four kinds of chains."""
    yield Group(
        f"chain of {STEPS:,} no-op steps, nobody listening",
        [one for name in ("floor", "wt", "justpipe", "wpipe") for one in engine(bench, name, "chain", STEPS)],
        [Target("wt", 12 / 6.4, "floor")],
        "µs a step",
    )
    floor = engine(bench, "floor", "recorded", STEPS)
    yield Group(
        f"chain of {STEPS:,} no-op steps, every step recorded",
        [*floor, *(one for name in ("wt", "justpipe", "wpipe") for one in engine(bench, name, "recorded", STEPS))],
        [Target("wt", 40 / 18, "floor")],
        "µs a step",
    )
    warehouse = engine(bench, "wt", "warehouse", STEPS, label="wt-Pipeline", note="the delta is what a step returned")
    ours = engine(bench, "wt", "grown", STEPS, label="wt-Pipe", note="in-place changes are found")
    yield Group(
        "the same, the state growing by a key a step",
        [
            *floor,
            *warehouse,
            *ours,
            *(one for name in ("justpipe", "wpipe") for one in engine(bench, name, "grown", STEPS)),
        ],
        [Target("wt-Pipeline", 50 / 18, "floor"), Target("wt-Pipe", 150 / 18, "floor")],
        "µs a step",
    )
    yield Group(
        f"{DURABLE:,} durable steps on SQLite",
        [
            *engine(bench, "floor", "recorded", DURABLE),
            *engine(bench, "wt", "recorded", DURABLE),
            *engine(bench, "dbos", "durable", DURABLE),
        ],
        [Target("wt", 40 / 18, "floor")],
        "µs a step",
    )


if __name__ == "__main__":
    raise SystemExit(harness.main("What an engine adds to a step", groups))
