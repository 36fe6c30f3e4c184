"""Types on edges: checking 100, 1,000 and 5,000 chained instances, whole process, the tasks being known.

The same spec is checked against two registries, one of which does not say what tasks return, so that nothing can be
compared: the difference is what comparing the types of all edges takes.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import chains
import harness
from environments import PeerUnavailableError
from harness import Bench, Contender, Group, Target

LIMITS = {100: 0.4, 1000: 1.0}
COMPARED = 5000
MOST = 1.3


def _registries(bench: Bench) -> tuple[Path, Path]:
    """What our `wt-registry` says of the library, with the types of results and without."""
    typed, untyped = bench.work / "typed.json", bench.work / "untyped.json"
    command = [str(bench.peers.ours().tool("wt-registry")), "--format", "json", "--package", "bench_hello"]
    environment = harness.environ({"PYTHONPATH": str(bench.peers.library("hello"))})
    described = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if described.returncode:
        raise PeerUnavailableError(described.stderr)
    document = json.loads(described.stdout)
    typed.write_text(json.dumps(document))
    for entry in document["entries"].values():
        assert entry["return_schema"], "there is nothing to compare"
        entry["return_schema"] = None
    untyped.write_text(json.dumps(document))
    return typed, untyped


def _check(bench: Bench, name: str, count: int, registry: Path) -> Contender:
    source = bench.work / f"edges-{count}.yaml"
    if not source.exists():
        source.write_text(chains.spec("chain", bench.peers.library("hello"), count, chained=True))
    command: list[str | Path] = [bench.peers.ours().tool("wt"), "check", source, "--registry", registry]
    return Contender(name, lambda _: command, env=bench.peers.wt_environ())


def groups(bench: Bench) -> Iterator[Group]:
    """A group for each size."""
    typed, untyped = _registries(bench)
    for count, limit in LIMITS.items():
        contenders = [harness.start_up(bench.peers), _check(bench, "wt check", count, typed)]
        yield Group(f"Types on the edges of {count} instances", contenders, [Target("wt check", limit)])
    with_types = _check(bench, "wt check, types on edges", COMPARED, typed)
    without = _check(bench, "wt check, no types known", COMPARED, untyped)
    target = Target(with_types.name, MOST, against=without.name)
    yield Group(f"Types on the edges of {COMPARED} instances", [with_types, without], [target])


if __name__ == "__main__":
    raise SystemExit(harness.main("Types on edges", groups))
