"""Hello in three tasks, whole process: ours compiled, peers as their users write it.

Ours is `python -m <package>.cli run --execution-mode sequential` in the environment that wt realises for the
workspace. It reads parameters, validates arguments and returns, and writes result.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import chains
import harness
from harness import Bench, Contender, Group, Target
from peers_run import peers
from workspaces import compile_ours, package, realised_python, stored_registry


def cold(bench: Bench, text: str, name: str, expected: object) -> Contender:
    """A spec over the hello library, compiled and ready to be started."""
    workspace = compile_ours(bench, text, stored_registry(bench, "hello"), name)
    python = realised_python(bench, workspace)
    run: list[str | Path] = [python, "-m", f"{package(workspace)}.cli", "run", "--execution-mode", "sequential"]
    env = {"PYTHONPATH": str(workspace), "WT_RESULTS": "file://{scratch}"}

    def check(directory: Path, _: str) -> None:
        result = json.loads((directory / "result.json").read_text())
        assert result == {"result": expected, "error": None, "trace": None}, result

    return Contender("wt", lambda _: [*run, "--config-json", "{}"], check, env, "compiled; environment realised by wt")


def groups(bench: Bench) -> Iterator[Group]:
    """One group: hello."""
    text = chains.hello_spec(bench.peers.library("hello"))
    ours = bench.optional("wt", lambda: [cold(bench, text, "hello", 12)])
    contenders = [harness.start_up(bench.peers), *ours, *peers(bench, "hello", "12")]
    yield Group("Hello, three tasks, cold", contenders, [Target("wt", 0.25)])


if __name__ == "__main__":
    raise SystemExit(harness.main("Hello", groups))
