"""A cache on a disk that is full, or that nobody may write to: one of its own, in a mount namespace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_envs.lock import read_lock
from wt_envs.project import Project
from wt_envs.realise import realise
from wt_envs.requirement import parse_requirement
from wt_envs.solve import solve

NAMESPACE = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
TRY = """
import os, shutil, sys
from pathlib import Path
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.lock import read_lock
from wt_envs.project import Project
from wt_envs.realise import realise
from wt_envs.requirement import parse_requirement
from wt_envs.solve import solve
work, what, channel = sys.argv[1:]
cache = Path(os.environ["WT_CACHE_DIR"])
try:
    if what == "solve":
        required = parse_requirement({"name": "jinja2", "version": "*", "channel": channel})
        solve(Project(name="x", requirements=(required,), base=Path(work)))
    else:
        print(realise(read_lock(Path(work))).run(["python", "-c", "print(2)"], check=True).stdout)
except DiagnosticError as error:
    (found,) = error.diagnostics
    left = [str(path) for kind in ("envs", "locks") for path in cache.glob(f"{kind}/[!.]*")]
    left += [str(path) for kind in ("envs", "locks") for path in cache.glob(f"{kind}/.staging/*")]
    print(found.code, error.exit_code, found.message, "LEFT", *left)
"""


def locked(directory: Path, *requirements: dict[str, str]) -> Path:
    """A directory with a lock."""
    solve(Project(name="x", requirements=tuple(map(parse_requirement, requirements)), base=directory)).write(directory)
    return directory


@pytest.fixture(scope="module")
def conda_workspace(conda_channel: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    required = {"name": "jinja2", "version": "*", "channel": conda_channel}
    return locked(tmp_path_factory.mktemp("conda"), required, {"name": "six", "source": "pypi"})


@pytest.fixture(scope="module")
def pypi_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return locked(tmp_path_factory.mktemp("pypi"), {"name": "six", "source": "pypi"})


@pytest.fixture
def attempt(tmp_path: Path) -> Callable[..., str]:
    """Try something with a cache on a disk that is mounted by a shell command; gives what is said of it."""

    def run(mount: str, work: Path, what: str, channel: str = "") -> str:
        disk = tmp_path / "disk"
        disk.mkdir(exist_ok=True)
        shell = f'set -e; {mount}; shift; exec "$@"'
        inner = [sys.executable, "-c", TRY, str(work), what, channel]
        environ = {**os.environ, "WT_CACHE_DIR": str(disk / "cache"), "UV_CACHE_DIR": str(tmp_path / "uv")}
        done = subprocess.run(
            [*NAMESPACE, "sh", "-c", shell, "sh", str(disk), *inner],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


FULL = 'mount -t tmpfs -o size=2m tmpfs "$1"; mkdir "$1/cache"'
ALMOST = 'mount -t tmpfs -o size=30m tmpfs "$1"; mkdir "$1/cache"'
READ_ONLY = 'mount -t tmpfs tmpfs "$1"; mkdir "$1/cache"; mount -o remount,ro "$1"'


@pytest.mark.parametrize("mount", [FULL, ALMOST], ids=["no room", "little room"])
def test_conda_packages_that_have_no_room_leave_nothing(conda_workspace, attempt, mount):
    said = attempt(mount, conda_workspace, "realise")

    assert said.startswith("WT407 1 the disk is full")
    assert said.endswith("LEFT")


def test_pypi_packages_that_have_no_room_leave_nothing(pypi_workspace, attempt):
    said = attempt(FULL.replace("2m", "64k"), pypi_workspace, "realise")

    assert said.startswith("WT407 1 the disk is full")
    assert said.endswith("LEFT")


def test_a_lock_that_has_no_room_is_told(conda_channel, attempt, tmp_path):
    said = attempt(FULL.replace("2m", "64k"), tmp_path, "solve", conda_channel)

    assert said.startswith("WT407 1 the disk is full")
    assert said.endswith("LEFT")


@pytest.mark.parametrize("what", ["realise", "solve"])
def test_a_disk_that_nobody_may_write_to_is_told(conda_workspace, conda_channel, attempt, what):
    said = attempt(READ_ONLY, conda_workspace, what, conda_channel)

    assert said.startswith("WT407 1 the cache ")
    assert "Read-only file system" in said


def test_an_environment_on_a_disk_that_nobody_may_write_to_is_used(pypi_workspace, attempt, tmp_path, monkeypatch):
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "disk" / "cache"))
    realise(read_lock(pypi_workspace))

    assert attempt('mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"', pypi_workspace, "realise") == "2"
