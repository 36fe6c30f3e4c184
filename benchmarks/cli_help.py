"""`wt --help`, whole process: what every call of `wt` pays before it does anything."""

from __future__ import annotations

from collections.abc import Iterator

import harness
from harness import Bench, Contender, Group, Target


def groups(bench: Bench) -> Iterator[Group]:
    """One group: `wt --help` beside the help of a command and the released compiler's."""
    ours = bench.peers.ours()
    contenders = [
        harness.start_up(bench.peers),
        Contender("wt --help", lambda _: [ours.tool("wt"), "--help"], harness.expect("compile")),
        Contender("wt compile --help", lambda _: [ours.tool("wt"), "compile", "--help"], harness.expect("--registry")),
    ]
    if bench.wanted("released"):
        released = bench.peers.released().tool("wt-compiler")
        contenders.append(Contender("released: wt-compiler --help", lambda _: [released, "--help"]))
    yield Group("`wt --help`", contenders, [Target("wt --help", 0.15)])


if __name__ == "__main__":
    raise SystemExit(harness.main("Start of the command", groups))
