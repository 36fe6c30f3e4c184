"""Environments realised from a lock, absent and present, in-process; a second compile of a spec with conda packages.

The peer of a uv lock is uv itself with the same lock: `uv sync` into an empty directory, and `uv run true`. A conda
lock has no peer here: pixi is in no index that can be reached.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import harness
from harness import Bench, Contender, Group, Target

PACKAGES = (
    "altair>=5.5",
    "hypothesis",
    "jinja2",
    "pytest",
    "rich",
    "pandas>=2.2",
    "vega-datasets",
    "httpx",
    "starlette",
)
"""With what they need and what wt adds, some forty packages."""

LOCK = """
import sys
from pathlib import Path
from wt_envs.project import Project
from wt_envs.requirement import parse_requirement
from wt_envs.solve import solve
target, channel, *names = sys.argv[1:]
def requirement(text):
    name = text.partition(">")[0]
    version = text[len(name):] or "*"
    return {"name": name, "version": version, **({"channel": channel} if channel else {"source": "pypi"})}
required = tuple(parse_requirement(requirement(name)) for name in names)
lock = solve(Project(name="bench", requirements=required, base=Path(target)))
lock.write(Path(target))
"""

REALISE = """
import shutil, sys, time
from pathlib import Path
from wt_envs.lock import read_lock
from wt_envs.realise import realise
directory, absent = Path(sys.argv[1]), sys.argv[2] == "absent"
if absent:
    shutil.rmtree(realise(read_lock(directory)).prefix)
start = time.perf_counter()
environment = realise(read_lock(directory))
print(time.perf_counter() - start)
assert environment.python.exists()
"""

UV = """
import subprocess, sys, time
from pathlib import Path
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(time.perf_counter() - start)
"""

SPEC = """
id: letters
requirements:
  - {{name: rich, version: "*", channel: "{channel}"}}
  - {{name: bench-hello, path: "{library}"}}
workflow: []
"""


def groups(bench: Bench) -> list[Group]:
    """The three groups."""
    environ = bench.peers.wt_environ()
    channel = _channel(environ)
    conda, pypi = bench.work / "conda", bench.work / "pypi"
    for directory, url in ((conda, channel), (pypi, "")):
        directory.mkdir()
        _run([sys.executable, "-c", LOCK, str(directory), url, *PACKAGES], environ)
        _run([sys.executable, "-c", REALISE, str(directory), "present"], environ)
    return [_conda(conda, environ), _pypi(pypi, environ), _compile(bench, channel, environ)]


def _conda(directory: Path, environ: dict[str, str]) -> Group:
    contenders = [_realise(f"wt, {state}", directory, state, environ) for state in ("absent", "present")]
    targets = [Target("wt, absent", 0.6), Target("wt, present", 0.025)]
    return Group("Realise a conda lock of some 40 packages, package cache warm (in-process)", contenders, targets)


def _pypi(directory: Path, environ: dict[str, str]) -> Group:
    uv = str(Path(sys.executable).with_name("uv"))
    environment = str(directory / ".venv")
    sync = [uv, "sync", "--frozen", "--no-install-project", "--no-default-groups", "--directory", str(directory)]
    run = [uv, "run", "--frozen", "--no-default-groups", "--directory", str(directory), "true"]
    env = {"UV_PROJECT_ENVIRONMENT": environment}

    def afresh(_: Path) -> list[str]:
        subprocess.run(["rm", "-rf", environment], check=True)
        return [sys.executable, "-c", UV, *sync]

    contenders = [
        _realise("wt, absent", directory, "absent", environ),
        Contender("uv sync", afresh, env=env, measured=True, note="into an empty directory"),
        _realise("wt, present", directory, "present", environ),
        Contender("uv run true", lambda _: [sys.executable, "-c", UV, *run], env=env, measured=True),
    ]
    targets = [Target("wt, absent", 1.15, "uv sync"), Target("wt, present", 0.5, "uv run true")]
    return Group("Realise a uv lock of the same packages, cache warm (in-process)", contenders, targets)


def _compile(bench: Bench, channel: str, environ: dict[str, str]) -> Group:
    spec = bench.work / "spec.yaml"
    spec.write_text(SPEC.format(channel=channel, library=bench.peers.library("hello")), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("wt")), "compile", str(spec), "--no-graph"]
    _run(command, environ)
    again = Contender("wt, again", lambda _: command, harness.expect("up to date"), environ, "whole process")
    return Group("Second compile of a spec with conda packages", [again], [Target("wt, again", 0.5)])


def _realise(name: str, directory: Path, state: str, environ: dict[str, str]) -> Contender:
    command = [sys.executable, "-c", REALISE, str(directory), state]
    return Contender(name, lambda _: command, env=environ, measured=True)


def _channel(environ: dict[str, str]) -> str:
    options = [option for name in PACKAGES for option in ("--with", name)]
    return _run([str(Path(sys.executable).with_name("wt-dev")), "channel", *options], environ).strip()


def _run(command: list[str], environ: dict[str, str]) -> str:
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[:3]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(harness.main("Environments", groups))
