"""Checking 100 and 1,000 chained instances, whole process, the tasks being known.

`wt check` checks names, arguments, literals, references and order against a stored registry. `cwltool --validate` does
the like for a CWL workflow of as many steps. Hamilton builds a graph from as many Python functions (there is no spec
to check), dag-factory a DAG from a YAML file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import chains
import harness
from harness import Bench, Contender, Group, Target
from workspaces import stored_registry

LIMITS = {100: 0.4, 1000: 1.0}


def _built(count: int) -> Callable[[Path, str], None]:
    return harness.expect(f"nodes {count}")


def _ours(bench: Bench, count: int) -> Contender:
    ours = bench.peers.ours()
    registry = stored_registry(bench, "hello")
    source = bench.work / f"chain-{count}.yaml"
    source.write_text(chains.spec("chain", bench.peers.library("hello"), count, chained=True))
    command: list[str | Path] = [ours.tool("wt"), "check", source, "--registry", registry]
    return Contender("wt check", lambda _: command, env=bench.peers.wt_environ())


def _cwltool(bench: Bench, count: int) -> Iterator[Contender]:
    environment = bench.peers.get("cwltool", "cwltool")

    def command(directory: Path) -> list[str | Path]:
        return [environment.tool("cwltool"), "--validate", chains.cwl(directory, count)]

    valid = harness.expect("is valid CWL")
    yield Contender("cwltool --validate", command, valid, note=environment.versions["cwltool"], rounds=5)


def _hamilton(bench: Bench, count: int) -> Iterator[Contender]:
    environment = bench.peers.get("sf-hamilton", "sf-hamilton")

    def command(directory: Path) -> list[str | Path]:
        return [environment.python, chains.hamilton(directory, count)]

    quiet = {"HAMILTON_TELEMETRY_ENABLED": "false"}
    note = f"{environment.versions['sf-hamilton']}; Python functions, no spec"
    yield Contender("hamilton, graph built", command, _built(count + 1), quiet, note)


def _dag_factory(bench: Bench, count: int) -> Iterator[Contender]:
    environment = bench.peers.get("dag-factory", "dag-factory", limit=600)
    home = bench.work / "airflow"
    home.mkdir(exist_ok=True)

    def command(directory: Path) -> list[str | Path]:
        return [environment.python, chains.dag_factory(directory, count)]

    yield Contender(
        "dag-factory, DAG built",
        command,
        _built(count),
        {"AIRFLOW_HOME": str(home)},
        environment.versions["dag-factory"],
        rounds=5,
    )


def groups(bench: Bench) -> Iterator[Group]:
    """A group for each size."""
    peers = {"cwltool": _cwltool, "hamilton": _hamilton, "dag-factory": _dag_factory}
    for count, limit in LIMITS.items():
        contenders = [harness.start_up(bench.peers), _ours(bench, count)]
        for name, make in peers.items():
            contenders += bench.optional(name, partial(make, bench, count))
        yield Group(f"Check of {count} chained instances", contenders, [Target("wt check", limit)])


if __name__ == "__main__":
    raise SystemExit(harness.main("Check of a chain", groups))
