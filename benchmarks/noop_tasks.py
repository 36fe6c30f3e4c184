"""500 independent tasks that do nothing, whole process: what a framework adds to a task.

Ours are 500 instances in a compiled workflow, each validated and traced as any other. Snakemake and Airflow are not
here: they need minutes.
"""

from __future__ import annotations

from collections.abc import Iterator

import chains
import harness
from harness import Bench, Group, Target
from hello_cold import cold
from peers_run import peers

COUNT = 500


def groups(bench: Bench) -> Iterator[Group]:
    """One group: the 500 tasks."""
    text = chains.spec("noops", bench.peers.library("hello"), COUNT, chained=False)
    ours = bench.optional("wt", lambda: [cold(bench, text, "noops", COUNT - 1)])
    others = peers(bench, "noops", "500", without=("snakemake", "airflow"))
    contenders = [harness.start_up(bench.peers), *ours, *others]
    yield Group("500 no-op tasks, cold", contenders, [Target("wt", 0.45)])


if __name__ == "__main__":
    raise SystemExit(harness.main("500 tasks that do nothing", groups))
