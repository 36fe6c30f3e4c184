"""What a library offers, asked in an environment that is made for it and not there before; uv's cache is warm.

The peer does the same by hand with uv: an environment, `uv pip install` (which resolves and installs), `wt-registry`.
The library imports nothing that takes time. wt's lock is known: it is part of what was solved before.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import harness
from harness import Bench, Contender, Group, Target
from workspaces import run

LOCK = """
import sys
from pathlib import Path
from wt_envs.project import Project
from wt_envs.requirement import parse_requirement
from wt_envs.solve import solve
target, library = Path(sys.argv[1]), sys.argv[2]
required = (parse_requirement({"name": "bench-hello", "path": library}),)
solve(Project(name="bench", requirements=required, own=("wt-registry",), base=target)).write(target)
"""

DISCOVER = """
import shutil, sys, time
from pathlib import Path
from wt_compiler.discovery import discover_locked
from wt_envs.cache import cache_root
from wt_envs.lock import read_lock
from wt_envs.realise import address, realise
directory = Path(sys.argv[1])
lock = read_lock(directory)
shutil.rmtree(realise(lock).prefix)
(cache_root() / "discovery" / f"{address(lock)}.json").unlink(missing_ok=True)
start = time.perf_counter()
found = discover_locked(read_lock(directory))
print(time.perf_counter() - start)
assert "bench_hello.greet" in found.entries, found
"""

BY_HAND = """
import json, subprocess, sys, time
uv, python, *wheels = sys.argv[1:]
start = time.perf_counter()
def do(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout
do(uv, "venv", "--quiet", "--no-project", "--python", python, "env")
do(uv, "pip", "install", "--quiet", "--python", "env/bin/python", *wheels)
found = json.loads(do("env/bin/wt-registry", "--format", "json"))
assert "bench_hello.greet" in found["entries"], found
print(time.perf_counter() - start)
"""


def groups(bench: Bench) -> list[Group]:
    """One group."""
    environ = bench.peers.wt_environ()
    directory = bench.work / "locked"
    directory.mkdir()
    run(sys.executable, "-c", LOCK, directory, bench.peers.library("hello"), env=environ)
    run(sys.executable, "-c", DISCOVER, directory, env=environ)
    uv = Path(sys.executable).with_name("uv")
    wheels = sorted((directory / "wheels").glob("*.whl"))
    by_hand = [sys.executable, "-c", BY_HAND, uv, sys.executable, *wheels]
    subprocess.run(by_hand, cwd=bench.work, check=True, capture_output=True)
    ours = [sys.executable, "-c", DISCOVER, directory]
    contenders = [
        Contender("wt", lambda _: ours, env=environ, measured=True, note="in-process"),
        Contender("by hand", lambda _: by_hand, measured=True, note="uv venv, uv pip install, wt-registry"),
    ]
    return [Group("Discovery in an ephemeral environment", contenders, [Target("wt", 1.0, "by hand")])]


if __name__ == "__main__":
    raise SystemExit(harness.main("Discovery", groups))
