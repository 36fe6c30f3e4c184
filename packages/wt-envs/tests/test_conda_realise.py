from __future__ import annotations

import os
import shutil
import signal
import stat
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.pixi_lock import PixiLock
from wt_envs.project import Project
from wt_envs.realise import install, realise
from wt_envs.requirement import parse_requirement
from wt_envs.solve import solve

REALISE = """
import sys
from pathlib import Path
from wt_envs.lock import read_lock
from wt_envs.realise import realise
print(realise(read_lock(Path(sys.argv[1])), progress=lambda line: print("..", line, flush=True)).prefix)
"""


@pytest.fixture
def workspace(mixed_lock: PixiLock, tmp_path: Path) -> Path:
    mixed_lock.write(tmp_path / "workspace")
    return tmp_path / "workspace"


def refusal(lock: PixiLock, cache: Path) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        realise(lock)
    assert list((cache / "envs").glob("[!.]*")) == []
    return caught.value.diagnostics[0]


def test_an_environment_holds_conda_and_pypi_packages_and_its_own_python(mixed_lock, conda_cache):
    told: list[str] = []
    environment = realise(mixed_lock, progress=told.append)

    program = "import sys, jinja2, six, wt_task; print(sys.prefix, jinja2.__file__, six.__file__, sep='\\n')"
    found = environment.run(["python", "-I", "-c", program], check=True).stdout.splitlines()
    assert [Path(line).is_relative_to(environment.prefix) for line in found] == [True, True, True]
    assert environment.run(["wt-registry", "--format", "json"]).returncode == 0
    assert environment.environ()["CONDA_PREFIX"] == str(environment.prefix)
    assert any(line.startswith("linked ") for line in told)


def test_an_environment_is_installed_where_it_is_wanted(mixed_lock, conda_cache, tmp_path):
    environment = install(mixed_lock, tmp_path / "env")

    program = "import sys, jinja2, six; print(sys.prefix)"
    assert environment.run(["python", "-I", "-c", program], check=True).stdout == f"{tmp_path / 'env'}\n"
    assert environment.run(["wt-registry", "--format", "json"]).returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"cache", "env"}


def test_the_same_lock_is_realised_once_whatever_the_workflow_is_called(mixed_lock, conda_cache, run_alone, tmp_path):
    environment = realise(mixed_lock)
    other = PixiLock(mixed_lock.manifest.replace("mixed", "other"), mixed_lock.text, mixed_lock.wheels)
    other.write(tmp_path / "other")

    answer = run_alone(REALISE, tmp_path / "other", WT_CACHE_DIR=str(conda_cache))

    assert answer.splitlines() == [str(environment.prefix)]


def test_files_are_linked_from_the_package_cache(mixed_lock, conda_cache):
    environment = realise(mixed_lock)
    module = next(environment.prefix.glob("lib/python3*/site-packages/jinja2/environment.py"))

    assert module.stat().st_nlink > 1


def test_two_processes_that_realise_one_lock_build_it_once(workspace, conda_cache, start):
    processes = [start(REALISE, workspace, WT_CACHE_DIR=str(conda_cache)) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0].splitlines() for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert len({output[-1] for output in outputs}) == 1
    assert len([line for output in outputs for line in output if line.startswith(".. linked")]) <= 1


def test_a_realise_that_is_killed_leaves_nothing_that_is_used(workspace, conda_cache, start, run):
    process = start(REALISE, workspace, WT_CACHE_DIR=str(conda_cache))
    assert process.stdout.readline().startswith(".. installing")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert list((conda_cache / "envs").glob("[!.]*")) == []

    prefix = Path(run(REALISE, workspace, WT_CACHE_DIR=str(conda_cache)).splitlines()[-1])

    assert (prefix / "bin" / "python").is_file()
    assert list((conda_cache / "envs" / ".staging").iterdir()) == []


@pytest.fixture
def own_channel(conda_channel: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(conda_channel.removeprefix("file://"), tmp_path / "channel"))


def attrs_lock(channel: Path, tmp_path: Path) -> PixiLock:
    required = [{"name": name, "version": "*", "channel": channel.as_uri()} for name in ("python", "attrs")]
    lock = solve(Project(name="x", requirements=tuple(map(parse_requirement, required)), base=tmp_path))
    assert isinstance(lock, PixiLock)
    return lock


def test_a_corrupted_package_is_refused(own_channel, cache, tmp_path):
    lock = attrs_lock(own_channel, tmp_path)
    package = next((own_channel / "noarch").glob("attrs-*.conda"))
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 0xFF
    package.unlink()
    package.write_bytes(content)

    found = refusal(lock, cache)

    assert found.code == Code.HASH_MISMATCH
    assert found.message.startswith("attrs-")


def test_a_channel_that_disappears_is_told(own_channel, cache, tmp_path):
    lock = attrs_lock(own_channel, tmp_path)
    shutil.rmtree(own_channel)

    found = refusal(lock, cache)

    assert found.code == Code.REALISE_FAILED
    assert found.hint == "is the channel still there?"


def test_a_channel_that_disappears_later_is_not_needed(own_channel, cache, tmp_path):
    lock = attrs_lock(own_channel, tmp_path)
    environment = realise(lock)
    shutil.rmtree(own_channel)

    assert realise(lock) == environment


def test_a_wheel_that_is_not_what_was_locked_is_refused(mixed_lock, conda_cache, tmp_path):
    wheel = next(wheel for wheel in mixed_lock.wheels if wheel.name.startswith("wt_task"))
    other = tmp_path / wheel.name
    other.write_bytes(wheel.read_bytes() + b"\0")
    wheels = tuple(other if each == wheel else each for each in mixed_lock.wheels)

    found = refusal(PixiLock(mixed_lock.manifest, mixed_lock.text, wheels), conda_cache)

    assert found.code == Code.HASH_MISMATCH


def test_a_lock_for_other_platforms_is_refused(mixed_lock, conda_cache):
    text = mixed_lock.text.replace("linux-64", "linux-s390x")

    found = refusal(PixiLock(mixed_lock.manifest, text, mixed_lock.wheels), conda_cache)

    assert found.code == Code.PLATFORM_NOT_LOCKED
    assert "linux-s390x, linux-aarch64" in found.message


def test_what_the_machine_does_not_have_is_told(mixed_lock, conda_cache):
    text = mixed_lock.text.replace("  - python_abi 3", "  - __glibc >=9.9\n  - python_abi 3")

    found = refusal(PixiLock(mixed_lock.manifest, text, mixed_lock.wheels), conda_cache)

    assert found.code == Code.PLATFORM_NOT_LOCKED
    assert "__glibc >=9.9" in found.message


@pytest.mark.parametrize(
    ("old", "new"), [("jinja2 = ", "rioxarray = "), ('version = ">=3"', 'version = ">=99"')], ids=["name", "version"]
)
def test_a_lock_that_is_out_of_date_with_its_manifest_is_refused(mixed_lock, conda_cache, old, new):
    manifest = mixed_lock.manifest.replace(old, new)

    found = refusal(PixiLock(manifest, mixed_lock.text, mixed_lock.wheels), conda_cache)

    assert found.code == Code.LOCK_OUT_OF_DATE
    assert found.hint == "compile the workflow again"


def test_it_is_refused_also_if_its_environment_is_there(mixed_lock, conda_cache):
    realise(mixed_lock)
    manifest = mixed_lock.manifest.replace('version = ">=3"', 'version = ">=99"')

    with pytest.raises(DiagnosticError) as caught:
        realise(PixiLock(manifest, mixed_lock.text, mixed_lock.wheels))

    assert caught.value.diagnostics[0].code == Code.LOCK_OUT_OF_DATE
    assert "jinja2 >=99" in caught.value.diagnostics[0].message


def test_a_cache_that_cannot_be_written_is_told(mixed_lock, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "file"))

    with pytest.raises(DiagnosticError) as caught:
        realise(mixed_lock)

    assert caught.value.diagnostics[0].code == Code.CACHE_NOT_WRITABLE


def test_scripts_of_pypi_packages_start_the_environments_python(mixed_lock, conda_cache):
    environment = realise(mixed_lock)
    script = environment.bin / "wt-registry"

    assert str(environment.python) in script.read_text(encoding="utf-8")
    assert ".staging" not in script.read_text(encoding="utf-8")
    assert script.stat().st_mode & stat.S_IXUSR


def test_activation_scripts_set_their_variables(mixed_lock, conda_cache):
    environment = realise(mixed_lock)
    scripts = environment.prefix / "etc" / "conda" / "activate.d"
    scripts.mkdir(parents=True)
    (scripts / "data.sh").write_text('export RAIN_DATA="$CONDA_PREFIX/share/rain"\n')

    assert environment.environ()["RAIN_DATA"] == str(environment.prefix / "share" / "rain")
    (scripts / "data.sh").unlink()
    (scripts / "other.sh").write_text("exit 1\n")
    assert environment.environ()["RAIN_DATA"], "they run once"


def test_offline_a_package_that_is_elsewhere_is_named_and_nothing_is_asked(mixed_lock, conda_cache, monkeypatch):
    monkeypatch.setenv("WT_OFFLINE", "1")
    shutil.rmtree(conda_cache / "rattler", ignore_errors=True)  # what is there need not be fetched
    place = mixed_lock.text.partition("- conda: /")[2].partition("/noarch/")[0].partition("/linux-")[0]
    text = mixed_lock.text.replace(f"/{place}/", "http://127.0.0.1:9/none/")

    found = refusal(PixiLock(mixed_lock.manifest, text, mixed_lock.wheels), conda_cache)

    assert found.code == Code.REALISE_FAILED
    assert found.hint.startswith("nothing is fetched while offline")
