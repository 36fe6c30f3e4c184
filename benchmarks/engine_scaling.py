"""A hundred times the work: does a step, or an item, cost the same? Figures as in `engine_steps`."""

from __future__ import annotations

from collections.abc import Iterator

import harness
from engines import engine
from harness import Bench, Group, Target

SMALL, LARGE = 1_000, 100_000


def groups(bench: Bench) -> Iterator[Group]:
    """Chains and maps."""
    for work, unit in (("chain", "µs a step"), ("map", "µs an item")):
        few, many = f"wt {SMALL:,}", f"wt {LARGE:,}"
        contenders = [
            *engine(bench, "wt", work, SMALL, label=few),
            *engine(bench, "wt", work, LARGE, label=many),
        ]
        yield Group(f"{work} of {SMALL:,} and {LARGE:,}", contenders, [Target(many, 1.15, few)], unit)


if __name__ == "__main__":
    raise SystemExit(harness.main("From a thousand to a hundred thousand", groups))
