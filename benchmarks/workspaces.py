"""Specs, stored registries and compiled workspaces, for the benchmarks that need them ready."""

from __future__ import annotations

import subprocess
from pathlib import Path

from environments import PeerUnavailableError
from harness import FIXTURES, Bench, environ

REALISE = """
import sys
from pathlib import Path
from wt_envs.lock import Lock
from wt_envs.realise import realise
print(realise(Lock.read(Path(sys.argv[1]))).python)
"""


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """What a preparing command prints.

    Raises:
        PeerUnavailableError: It failed.
    """
    argv = [str(part) for part in command]
    done = subprocess.run(argv, cwd=cwd, env=environ(env or {}), capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerUnavailableError(f"{' '.join(argv[:3])} failed: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout


def stored_registry(bench: Bench, library: str) -> Path:
    """What the released `wt-registry` prints for a library; both compilers read it."""
    path = bench.work / f"{library}-registry.json"
    if not path.exists():
        path.write_text(
            run(bench.peers.released().tool("wt-registry"), "--format", "json", "--package", f"bench_{library}")
        )
    return path


def seven_spec(bench: Bench) -> str:
    """The spec of seven instances, its library being where this run has it."""
    return (FIXTURES / "seven.yaml").read_text().replace("${LIBRARY}", str(bench.peers.library("nine")))


def compile_ours(bench: Bench, text: str, registry: Path, name: str) -> Path:
    """A workspace that `wt compile` wrote: its directory."""
    source = bench.work / name / "spec.yaml"
    source.parent.mkdir()
    source.write_text(text)
    output = source.parent / "workspace"
    wt = bench.peers.ours().tool("wt")
    run(wt, "compile", source, "--registry", registry, "-o", output, env=bench.peers.wt_environ())
    return output


def compile_released(bench: Bench, text: str, registry: Path, name: str) -> Path:
    """A workspace that the released compiler wrote: its directory."""
    source = bench.work / f"{name}-released" / "spec.yaml"
    source.parent.mkdir()
    source.write_text(text)
    run(bench.peers.released().python, FIXTURES / "released_compile.py", source, registry)
    return next(source.parent.glob("wt-*-workflow"))


def realised_python(bench: Bench, workspace: Path) -> Path:
    """The interpreter of the environment that wt realises for a workspace."""
    return Path(run(bench.peers.ours().python, "-c", REALISE, workspace, env=bench.peers.wt_environ()).strip())


def package(workspace: Path) -> str:
    """The import name of a workspace's package."""
    return next(path.parent.name for path in workspace.glob("*/cli.py"))
