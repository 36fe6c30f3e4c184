"""Running the compiled workflow of seven instances, whole process: our compiler's against the released one's.

Each runs in the environment of its own kind: ours in the one that wt realises from the workspace's lock, the released
one where the released packages are installed. Same tasks, same parameters, both write result.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import harness
from harness import FIXTURES, Bench, Contender, Group, Target
from workspaces import compile_ours, compile_released, package, realised_python, seven_spec, stored_registry

PARAMS = FIXTURES / "seven-params.json"


def _table(directory: Path, _: str) -> None:
    result = json.loads((directory / "result.json").read_text())
    assert result["error"] is None, result
    assert "| 2025-12 |" in result["result"], result


def compiled(name: str, python: Path, workspace: Path, note: str) -> Contender:
    """A compiled workflow, started as its users do; results into the directory of the run."""
    run: list[str | Path] = [python, "-m", f"{package(workspace)}.cli", "run", "--execution-mode", "sequential"]
    env = {"PYTHONPATH": str(workspace), "WT_RESULTS": "file://{scratch}"}
    return Contender(name, lambda _: [*run, "--config-file", PARAMS], _table, env, note)


def groups(bench: Bench) -> Iterator[Group]:
    """One group: both compiled workflows."""
    text, registry = seven_spec(bench), stored_registry(bench, "nine")

    def theirs() -> Iterator[Contender]:
        workspace = compile_released(bench, text, registry, "seven")
        yield compiled("released", bench.peers.released().python, workspace, "")

    def ours() -> Iterator[Contender]:
        workspace = compile_ours(bench, text, registry, "seven")
        yield compiled("wt", realised_python(bench, workspace), workspace, "environment realised by wt")

    contenders = [harness.start_up(bench.peers), *bench.optional("released", theirs), *bench.optional("wt", ours)]
    yield Group("Compiled workflow of seven instances", contenders, [Target("wt", 0.5, "released")])


if __name__ == "__main__":
    raise SystemExit(harness.main("Run of seven instances", groups))
