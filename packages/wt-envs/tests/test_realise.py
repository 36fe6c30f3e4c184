from __future__ import annotations

import random
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.environment import Environment
from wt_envs.lock import Lock
from wt_envs.realise import address, install, realise

REALISE = """
import sys, pathlib
from wt_envs.lock import Lock
from wt_envs.realise import realise

print(realise(Lock.read(pathlib.Path(sys.argv[1]))).prefix)
"""
REALISE_AND_STOP = """
import sys, pathlib, threading
from wt_envs.lock import Lock
from wt_envs.realise import realise

def progress(message):
    if message.startswith(sys.argv[2]):
        print("stopped", flush=True)
        threading.Event().wait()

realise(Lock.read(pathlib.Path(sys.argv[1])), progress=progress)
"""


@pytest.fixture
def workspace(six_lock, tmp_path):
    six_lock.write(tmp_path / "workspace")
    return tmp_path / "workspace"


def staging(cache: Path) -> list[Path]:
    return list((cache / "envs/.staging").iterdir())


def test_an_environment_holds_what_is_locked_and_nothing_else(empty_cache, six_lock):
    environment = realise(six_lock)
    code = "import six, importlib.metadata as m; print(six.__version__, sorted(d.name for d in m.distributions()))"

    assert environment.run(["python", "-c", code], check=True).stdout == "1.17.0 ['six']\n"
    assert environment.prefix.is_relative_to(empty_cache / "envs")
    assert environment.digest == address(six_lock)
    assert staging(empty_cache) == []


def test_an_environment_is_installed_where_it_is_wanted(empty_cache, six_lock, tmp_path):
    environment = install(six_lock, tmp_path / "image" / "env")

    answer = environment.run(["python", "-c", "import six, sys; print(sys.prefix)"], check=True)
    assert answer.stdout == f"{tmp_path / 'image' / 'env'}\n"
    assert not (empty_cache / "envs").exists()
    assert [path.name for path in (tmp_path / "image").iterdir()] == ["env"]


def test_a_place_that_is_taken_is_left_as_it_is(empty_cache, six_lock, tmp_path):
    (tmp_path / "env").mkdir()
    with pytest.raises(DiagnosticError) as caught:
        install(six_lock, tmp_path / "env")

    assert caught.value.diagnostics[0].code is Code.CACHE_NOT_WRITABLE
    assert caught.value.diagnostics[0].message == f"{tmp_path / 'env'} is there already"
    assert list((tmp_path / "env").iterdir()) == []


def test_groups_are_not_installed(cache, tmp_path):
    from wt_envs.project import Project
    from wt_envs.solve import solve

    lock = solve(Project(name="wt-x-workflow", groups={"dev": ("idna",)}, base=tmp_path))
    environment = realise(lock)

    assert environment.run(["python", "-c", "import idna"]).returncode == 1


def test_the_second_time_no_process_is_started(empty_cache, six_lock, workspace, run_alone):
    prefix = realise(six_lock).prefix

    assert run_alone(REALISE, workspace, WT_UV="/nonexistent/uv") == f"{prefix}\n"


def test_workflows_with_the_same_dependencies_share_one_environment(empty_cache, six_lock, monkeypatch):
    prefix = realise(six_lock).prefix
    monkeypatch.setenv("WT_UV", "/nonexistent/uv")
    other = Lock(
        six_lock.pyproject.replace("wt-six-workflow", "wt-other-workflow"),
        six_lock.text.replace("wt-six-workflow", "wt-other-workflow"),
    )

    assert realise(other).prefix == prefix


def test_a_library_of_the_workspace_is_installed_from_its_wheel(cache, library, tmp_path):
    from wt_envs.project import Project
    from wt_envs.requirement import PyPIRequirement
    from wt_envs.solve import solve

    library(requires=["wt-registry>=0.2,<0.3"])
    required = PyPIRequirement(name="weather-lib", path="weather-lib")
    solve(Project(name="x", requirements=(required,), base=tmp_path)).write(tmp_path / "workspace")
    (tmp_path / "workspace").rename(tmp_path / "moved")
    shutil.rmtree(tmp_path / "weather-lib")
    environment = realise(Lock.read(tmp_path / "moved"))
    code = (
        "import weather_lib, wt_registry, importlib.metadata as m; print(weather_lib.VALUE, m.version('wt-registry'))"
    )

    value, version = environment.run(["python", "-c", code], check=True).stdout.split()
    assert value == "1"
    assert version.startswith("0.2.50+src.")


def test_processes_that_realise_at_once_give_one_environment(empty_cache, workspace, start):
    processes = [start(REALISE, workspace) for _ in range(3)]
    answers = {process.communicate(timeout=120)[0] for process in processes}

    (prefix,) = answers
    assert [path for path in (empty_cache / "envs").iterdir() if not path.name.startswith(".")] == [
        Path(prefix.strip())
    ]
    assert staging(empty_cache) == []


@pytest.mark.parametrize("moment", ["installing", "Installed"])
def test_a_kill_leaves_nothing_half_built_and_the_next_time_cleans_up(empty_cache, six_lock, workspace, start, moment):
    process = start(REALISE_AND_STOP, workspace, moment)
    assert process.stdout.readline() == "stopped\n"
    process.kill()
    process.wait()
    assert [path.name for path in (empty_cache / "envs").iterdir() if not path.name.startswith(".")] == []
    assert len(staging(empty_cache)) == 1

    environment = realise(six_lock)

    assert staging(empty_cache) == []
    assert environment.run(["python", "-c", "import six"]).returncode == 0


@pytest.mark.exhaustive
def test_kills_at_any_moment_leave_nothing_half_built(empty_cache, six_lock, workspace, start):
    chance = random.Random(0)
    for _ in range(60):
        process = start(REALISE, workspace)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0.05, 0.8))
        process.kill()
        process.wait()
        for environment in (empty_cache / "envs").glob("[!.]*"):
            assert Environment(environment, "").run(["python", "-c", "import six"]).returncode == 0
            shutil.rmtree(environment)

    assert realise(six_lock).run(["python", "-c", "import six"]).returncode == 0
    assert staging(empty_cache) == []


def test_an_environment_whose_python_is_gone_is_made_anew(empty_cache, six_lock):
    environment = realise(six_lock)
    environment.python.unlink()

    assert realise(six_lock).run(["python", "-c", "import six"]).returncode == 0


def test_packages_are_hard_links_into_uvs_cache(empty_cache, six_lock, monkeypatch, tmp_path):
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_LINK_MODE", "hardlink")
    (module,) = realise(six_lock).prefix.rglob("six.py")

    assert module.stat().st_nlink > 1


def test_what_is_not_what_was_locked_is_refused(empty_cache, six_lock):
    text = re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, six_lock.text)
    wrong = Lock(six_lock.pyproject, text)

    with pytest.raises(DiagnosticError) as caught:
        realise(wrong)

    assert caught.value.diagnostics[0].code == Code.HASH_MISMATCH
    assert "Hash mismatch" in str(caught.value)
    assert caught.value.exit_code == 1
    assert staging(empty_cache) == []
