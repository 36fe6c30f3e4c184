"""1,000 cached instances that do nothing, whole process: the second run against the first, which fills the cache.

The run that calls each of them without a cache stands beside.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import chains
import harness
from harness import Bench, Contender, Group, Target
from hello_cold import cold

COUNT = 1000


def _with_cache(contender: Contender, name: str, cache: Path, *, filled: bool, note: str) -> Contender:
    def command(scratch: Path) -> list[str | Path]:
        if not filled:
            shutil.rmtree(cache, ignore_errors=True)
        return list(contender.command(scratch))

    return replace(contender, name=name, command=command, env=contender.env | {"WT_CACHE_DIR": str(cache)}, note=note)


def groups(bench: Bench) -> Iterator[Group]:
    """One group: without a cache, with an empty one, with a full one."""
    plain = chains.spec("noops", bench.peers.library("hello"), COUNT, chained=False)
    text = plain.replace("    task: ", "    cache: true\n    task: ")
    assert text.count("cache: true") == COUNT

    def ours() -> Iterator[Contender]:
        run = cold(bench, text, "cached", COUNT - 1)
        full, empty = bench.work / "full", bench.work / "empty"
        yield _with_cache(run, "wt first", empty, filled=False, note="an empty cache, which it fills")
        yield _with_cache(run, "wt second", full, filled=True, note="everything is in the cache")
        yield replace(cold(bench, plain, "plain", COUNT - 1), name="wt plain", note="without a cache")

    contenders = [harness.start_up(bench.peers), *bench.optional("wt", ours)]
    yield Group("1,000 no-op tasks, cached", contenders, [Target("wt second", 0.5, "wt first")])


if __name__ == "__main__":
    raise SystemExit(harness.main("A run in which everything is cached", groups))
