"""`import` of an engine, as a whole process."""

from __future__ import annotations

from collections.abc import Iterator

import harness
from engines import python_of
from harness import Bench, Contender, Group, Target


def groups(bench: Bench) -> Iterator[Group]:
    """One group."""

    def importing(name: str, module: str) -> list[Contender]:
        def make() -> Iterator[Contender]:
            python = python_of(bench.peers, name)
            yield Contender(name, lambda _: [python, "-c", f"import {module}"], note=f"import {module}")

        return bench.optional(name, make)

    names = {"floor": "asyncio", "wt": "wt_engine", "justpipe": "justpipe", "wpipe": "wpipe", "dbos": "dbos"}
    contenders = [one for name, module in names.items() for one in importing(name, module)]
    yield Group("import", [harness.start_up(bench.peers), *contenders], [Target("wt", 75 / 36, "floor")])


if __name__ == "__main__":
    raise SystemExit(harness.main("Importing an engine", groups))
