"""Compiling 10, 100, 1,000 and 5,000 chained instances, without the picture, whole process.

From 100 instances on the time may grow no faster than the number of instances; what an empty compile costs (here that
of ten instances) is subtracted first, so that it hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import chains
import harness
from compile_seven import ours
from harness import Bench, Group, Target
from workspaces import stored_registry

SIZES = (10, 100, 1000, 5000)
TOLERANCE = 1.1


def groups(bench: Bench) -> Iterator[Group]:
    """One group, a contender for each size."""
    registry = stored_registry(bench, "hello")
    contenders = [harness.start_up(bench.peers)]
    for count in SIZES:
        text = chains.spec("chain", bench.peers.library("hello"), count, chained=True)
        contender = ours(bench, text, registry, "--no-graph")
        contenders.append(replace(contender, name=f"wt {count}", note="without the picture", check=None))
    smallest = SIZES[0]
    targets = [
        Target(f"wt {more}", TOLERANCE * (more - smallest) / (less - smallest), f"wt {less}", floor=f"wt {smallest}")
        for less, more in ((100, 1000), (1000, 5000))
    ]
    yield Group("Compile of a chain", contenders, targets)


if __name__ == "__main__":
    raise SystemExit(harness.main("Growth of compile time", groups))
