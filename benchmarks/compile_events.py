"""Compiling a published workflow of 45 instances against a library of 159 tasks, known, whole process.

The data lie outside the repository, in `../shared/real/events` or where `WT_BENCH_EVENTS` says. What is included: as
in compile_seven.py, but for the lock: the workflow's conda channels may be out of reach.
"""

from __future__ import annotations

from collections.abc import Iterator

import harness
from compile_seven import ours, released
from harness import EVENTS, Bench, Group, Target


def groups(bench: Bench) -> Iterator[Group]:
    """One group: both compilers; nothing if the data are not there."""
    source, registry = EVENTS / "spec.yaml", EVENTS / "registry.json"
    if not source.exists():
        bench.left_out["events"] = f"{EVENTS} does not exist"
        return
    text = source.read_text()
    contenders = [
        harness.start_up(bench.peers),
        released(bench, text, registry),
        ours(bench, text, registry, "--no-lock"),
    ]
    yield Group("Compile, real events, with the picture", contenders, [Target("wt", 0.25, "released")])


if __name__ == "__main__":
    raise SystemExit(harness.main("Compile of real events", groups))
