"""`wt-registry` on a task library of nine tasks, whole process: ours against the released one.

Both import the same library and print its entries as JSON; importing pydantic is over half of either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import harness
from harness import Bench, Contender, Group, Target


def _nine_tasks(_: Path, output: str) -> None:
    entries = json.loads(output)["entries"]
    found = [name for name in entries if name.startswith("bench_nine.")]
    assert len(found) == 9, f"{len(found)} tasks of bench_nine"


def groups(bench: Bench) -> Iterator[Group]:
    """One group: both commands, and what importing pydantic costs."""
    released, ours = bench.peers.released(), bench.peers.ours()
    models = "from pydantic import BaseModel, TypeAdapter"
    contenders = [
        harness.start_up(bench.peers),
        Contender("import pydantic", lambda _: [released.python, "-c", models], note="most of the work of both"),
        Contender("released", lambda _: [released.tool("wt-registry")], _nine_tasks),
        Contender("wt", lambda _: [ours.tool("wt-registry")], _nine_tasks),
    ]
    yield Group("`wt-registry`, nine tasks", contenders, [Target("wt", 0.8, "released")])


if __name__ == "__main__":
    raise SystemExit(harness.main("Registry dump", groups))
