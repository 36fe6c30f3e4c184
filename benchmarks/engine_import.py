"""Importing what a pipeline is written with, as a whole process."""

from __future__ import annotations

from collections.abc import Iterator

import harness
from engines import python_of
from harness import Bench, Contender, Group, Target

WORDS = {
    "floor": "import asyncio",
    "wt": "from wt_engine import Pipe",
    "justpipe": "from justpipe import Pipe",
    "wpipe": "from wpipe import Pipeline",
    "dbos": "from dbos import DBOS",
}


def groups(bench: Bench) -> Iterator[Group]:
    """One group."""

    def importing(name: str, statement: str) -> list[Contender]:
        def make() -> Iterator[Contender]:
            python = python_of(bench.peers, name)
            yield Contender(name, lambda _: [python, "-c", statement], note=statement)

        return bench.optional(name, make)

    contenders = [one for name, statement in WORDS.items() for one in importing(name, statement)]
    yield Group("import", [harness.start_up(bench.peers), *contenders], [Target("wt", 75 / 36, "floor")])


if __name__ == "__main__":
    raise SystemExit(harness.main("Importing an engine", groups))
