from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wt_envs.lock import Lock
from wt_envs.pixi_lock import PixiLock
from wt_envs.project import Project

LONG_AGO = 1_600_000_000

# Ends the process that starts another one: git and uv included.
NO_PROCESSES = """
import sys

def refuse(event, arguments):
    if event in ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"):
        raise SystemExit(f"a process was started: {arguments[:2]}")

sys.addaudithook(refuse)
"""


@pytest.fixture(scope="session")
def own_wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the wheels of wt's own packages."""
    from wt_envs.ingredients import gather
    from wt_envs.project import Project

    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("own")
        patch.setenv("WT_CACHE_DIR", str(cache))
        gather(Project(name="own", base=cache))
    return cache


@pytest.fixture(scope="session")
def six_lock(own_wheels: Path) -> Lock:
    """A lock that installs one tiny package."""
    from wt_envs.project import Project
    from wt_envs.requirement import PyPIRequirement
    from wt_envs.solve import solve

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WT_CACHE_DIR", str(own_wheels))
        requirement = PyPIRequirement(name="six", version="==1.17.0")
        return solve(Project(name="wt-six-workflow", requirements=(requirement,), base=own_wheels))


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("WT_CACHE_DIR", str(cache))
    return cache


@pytest.fixture
def cache(empty_cache: Path, own_wheels: Path) -> Path:
    """A cache of the test's own that holds the wheels of wt's own packages."""
    for kind in ("wheels", "sources"):
        shutil.copytree(own_wheels / kind, empty_cache / kind, copy_function=os.link)
    return empty_cache


@pytest.fixture
def library(tmp_path: Path) -> Callable[..., Path]:
    """Write a small library, as if it had been edited long ago."""

    def write(
        name: str = "weather-lib", *, version: str = "1.0", requires: list[str] | None = None, more: str = ""
    ) -> Path:
        directory = tmp_path / name
        module = directory / "src" / name.replace("-", "_")
        module.mkdir(parents=True)
        (module / "__init__.py").write_text("VALUE = 1\n")
        project = f"""\
            [build-system]
            requires = ["uv_build>=0.9,<1"]
            build-backend = "uv_build"

            [project]
            name = "{name}"
            version = "{version}"
            requires-python = ">=3.11"
            dependencies = {json.dumps(requires or [])}
            """
        (directory / "pyproject.toml").write_text(textwrap.dedent(project) + more)
        make_old(directory)
        return directory

    return write


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Run Python code in a process of its own; its stdout can be read, and it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: object, **variables: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
        environ = {**os.environ, **variables}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)
        started.append(process)
        return process

    yield run
    for process in started:
        with process:
            process.kill()


@pytest.fixture
def run(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., str]:
    """Run Python code in a process of its own, and give what it prints."""

    def finish(code: str, *arguments: object, **variables: str) -> str:
        process = start(code, *arguments, **variables)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    return finish


@pytest.fixture
def run_alone(run: Callable[..., str]) -> Callable[..., str]:
    """Run Python code in a process of its own that must not start another one, and give what it prints."""

    def finish(code: str, *arguments: object, **variables: str) -> str:
        return run(NO_PROCESSES + textwrap.dedent(code), *arguments, **variables)

    return finish


@pytest.fixture
def settle() -> Callable[[Path], None]:
    """Give every file of a directory an old time, so that its state is trusted at once."""
    return make_old


def make_old(directory: Path) -> None:
    for path in directory.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)


@pytest.fixture(scope="session")
def mixed_project(conda_channel: str, own_wheels: Path) -> Project:
    """What a workflow with a conda package and one from PyPI needs."""
    from wt_envs.project import Project
    from wt_envs.requirement import parse_requirement

    required = [{"name": "jinja2", "version": ">=3", "channel": conda_channel}, {"name": "six", "source": "pypi"}]
    return Project(
        name="wt-mixed-workflow",
        requirements=tuple(map(parse_requirement, required)),
        own=("wt-task[cli]", "wt-registry"),
        groups={"test": ("pytest",)},
        base=own_wheels,
    )


@pytest.fixture(scope="session")
def mixed_lock(mixed_project: Project, own_wheels: Path) -> PixiLock:
    """The lock of the mixed project."""
    from wt_envs.solve import solve

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WT_CACHE_DIR", str(own_wheels))
        lock = solve(mixed_project)
    assert isinstance(lock, PixiLock)
    return lock


@pytest.fixture
def conda_cache(empty_cache: Path, own_wheels: Path) -> Path:
    """A cache of the test's own that holds wt's wheels, and what rattler unpacked before."""
    for kind in ("wheels", "sources", "rattler"):
        if (own_wheels / kind).is_dir():
            shutil.copytree(own_wheels / kind, empty_cache / kind, copy_function=os.link, symlinks=True)
    return empty_cache
