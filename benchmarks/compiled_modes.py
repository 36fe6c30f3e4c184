"""Compiled workflows run in one process that has imported them: steps side by side against one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import chains
import harness
from harness import FIXTURES, Bench, Contender, Group, Target
from workspaces import compile_ours, package, realised_python, run

SCRIPT = FIXTURES / "compiled" / "modes.py"
INSTANCES, TASKS, ITEMS = 45, 8, 1000

WAITS = "".join(f"  - {{id: w{n}, task: wait, partial: {{seconds: 0.2}}}}\n" for n in range(TASKS))
ONE_WAIT = "  - {id: alone, task: wait, partial: {seconds: 0.2}}\n"
MAP = f"""  - {{id: items, task: numbers, partial: {{count: {ITEMS}}}}}
  - id: crunched
    task: crunch
    resources: {{executor: process}}
    map: {{argnames: item, argvalues: "${{{{ workflow.items.return }}}}"}}
"""


def _registry(bench: Bench) -> Path:
    """What our `wt-registry` says of the library."""
    path = bench.work / "ours.json"
    library = {"PYTHONPATH": str(bench.peers.library("hello"))}
    if not path.exists():
        command = bench.peers.ours().tool("wt-registry"), "--format", "json", "--package", "bench_hello"
        path.write_text(run(*command, env=library))
    return path


def _workspace(bench: Bench, name: str, body: str) -> Path:
    text = chains.spec(name, bench.peers.library("hello"), 0, chained=False) + body
    return compile_ours(bench, text, _registry(bench), name)


def _contender(bench: Bench, name: str, workspace: Path, what: str) -> Contender:
    command = [realised_python(bench, workspace), SCRIPT, package(workspace), what]
    return Contender(name, lambda _: command, env={"PYTHONPATH": str(workspace)}, measured=True)


def groups(bench: Bench) -> Iterator[Group]:
    """What running side by side costs, and what it saves."""
    chain = chains.spec("noops", bench.peers.library("hello"), INSTANCES, chained=False)
    noops = compile_ours(bench, chain, _registry(bench), "noops")
    extra = _contender(bench, "wt concurrent, more than sequential", noops, "extra")
    yield Group(f"{INSTANCES} no-op instances, µs an instance", [extra], [Target(extra.name, 150)], "µs")

    eight = _contender(bench, "wt eight", _workspace(bench, "waits", WAITS), "concurrent")
    one = _contender(bench, "wt one", _workspace(bench, "wait", ONE_WAIT), "concurrent")
    yield Group("Eight tasks that wait for 200 ms", [eight, one], [Target(eight.name, 1.3, one.name)])

    crunching = _workspace(bench, "crunch", MAP)
    processes = _contender(bench, "wt processes", crunching, "concurrent")
    plain = _contender(bench, "wt sequential", crunching, "sequential")
    yield Group(f"Map of {ITEMS} items of 10 ms", [processes, plain], [Target(processes.name, 0.6, plain.name)])


if __name__ == "__main__":
    raise SystemExit(harness.main("Compiled workflows, side by side", groups))
