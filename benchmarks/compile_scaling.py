"""Compiling 10, 100, 1,000 and 5,000 chained instances, without the picture, whole process.

From 100 instances on the time may grow no faster than the number of instances. Between 1,000 and 5,000 that is asked of
what each instance adds, too: what 100 take, which is mostly start-up, is subtracted on both sides, so that it hides
nothing. These differences are small, so they are taken from processor time, and 20 % are allowed for noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import chains
import harness
from compile_seven import ours
from harness import Bench, Group, Target
from workspaces import stored_registry

SIZES = (10, 100, 1000, 5000)
TOLERANCE = 1.2


def groups(bench: Bench) -> Iterator[Group]:
    """One group, a contender for each size."""
    registry = stored_registry(bench, "hello")
    contenders = [harness.start_up(bench.peers)]
    for count in SIZES:
        text = chains.spec("chain", bench.peers.library("hello"), count, chained=True)
        contender = ours(bench, text, registry, "--no-graph")
        contenders.append(replace(contender, name=f"wt {count}", note="without the picture", check=None))
    targets = [Target(f"wt {more}", more / less, f"wt {less}") for less, more in pairwise(SIZES[1:])]
    targets.append(Target("wt 5000", TOLERANCE * (5000 - 100) / (1000 - 100), "wt 1000", floor="wt 100"))
    yield Group("Compile of a chain", contenders, targets)


if __name__ == "__main__":
    raise SystemExit(harness.main("Growth of compile time", groups))
