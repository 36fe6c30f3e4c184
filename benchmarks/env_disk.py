"""What the environments of ten workflows with the same dependencies take on the disk, each file counted once.

wt gives them one environment. Ten environments of uv are links into its cache: their packages are counted once, too,
their directories, programs and bytecode ten times.
"""

from __future__ import annotations

import sys
from pathlib import Path

import harness
from env_realise import PACKAGES
from harness import Bench, Contender, Group, Target
from workspaces import run

COUNT = """
import os, sys
from pathlib import Path
def megabytes(directories):
    kept = {}
    for directory in directories:
        for root, names, files in os.walk(directory):
            for name in (".", *files):
                found = os.lstat(os.path.join(root, name))
                kept[found.st_ino] = found.st_blocks * 512
    return sum(kept.values()) / 1e6
"""

LOCK = """
import sys
from pathlib import Path
from wt_envs.project import Project
from wt_envs.requirement import parse_requirement
from wt_envs.solve import solve
target, *names = sys.argv[1:]
required = tuple(parse_requirement({"name": name.partition(">")[0], "source": "pypi"}) for name in names)
for number in range(10):
    directory = Path(target, str(number))
    solve(Project(name=f"workflow-{number}", requirements=required, base=Path(target))).write(directory)
"""

OURS = (
    COUNT
    + """
from wt_envs.lock import read_lock
from wt_envs.realise import realise
locks = [read_lock(Path(sys.argv[1], str(number))) for number in range(int(sys.argv[2]))]
print(megabytes(sorted({realise(lock).prefix for lock in locks})))
"""
)

UV = (
    COUNT
    + """
import subprocess
uv, source = sys.argv[1:]
for number in range(10):
    environ = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(Path(f"env{number}").absolute())}
    options = ("--frozen", "--no-install-project", "--no-default-groups", "--directory", f"{source}/{number}")
    subprocess.run([uv, "sync", "--quiet", *options], env=environ, check=True)
print(megabytes(f"env{number}" for number in range(10)))
"""
)


def groups(bench: Bench) -> list[Group]:
    """One group, in megabytes."""
    environ = bench.peers.wt_environ()
    run(sys.executable, "-c", LOCK, bench.work, *PACKAGES, env=environ)
    uv = Path(sys.executable).with_name("uv")

    def ours(name: str, count: int) -> Contender:
        command = [sys.executable, "-c", OURS, bench.work, str(count)]
        return Contender(name, lambda _: command, env=environ, measured=True)

    contenders = [
        ours("wt, ten workflows", 10),
        ours("wt, one workflow", 1),
        Contender(
            "uv, ten environments", lambda _: [sys.executable, "-c", UV, uv, bench.work], measured=True, rounds=1
        ),
    ]
    targets = [Target("wt, ten workflows", 1.0, "wt, one workflow")]
    return [Group("Ten workflows over one lock, on the disk", contenders, targets, unit="MB")]


if __name__ == "__main__":
    raise SystemExit(harness.main("Environments on the disk", groups))
