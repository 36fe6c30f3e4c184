"""`wt check --watch`: from the change of one line to the verdict, 100 and 1,000 instances."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import chains
import harness
from harness import FIXTURES, Bench, Contender, Group, Target
from workspaces import stored_registry

SCRIPT = FIXTURES / "compiled" / "watch.py"
LIMIT = 0.3


def _contender(bench: Bench, count: int) -> Contender:
    source = bench.work / f"watched-{count}.yaml"
    source.write_text(chains.spec("chain", bench.peers.library("hello"), count, chained=True))
    registry, ours = stored_registry(bench, "hello"), bench.peers.ours()

    def command(scratch: Path) -> list[str | Path]:
        spec = shutil.copy(source, scratch / "spec.yaml")
        return [ours.python, SCRIPT, spec, ours.tool("wt"), "check", spec, "--registry", registry]

    return Contender("wt check --watch", command, env=bench.peers.wt_environ(), measured=True)


def groups(bench: Bench) -> Iterator[Group]:
    """A group for each size."""
    for count in (100, 1000):
        contender = _contender(bench, count)
        yield Group(f"A changed line of {count} instances", [contender], [Target(contender.name, LIMIT)])


if __name__ == "__main__":
    raise SystemExit(harness.main("Checks while a spec is written", groups))
