from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.project import Project
from wt_envs.realise import realise
from wt_envs.requirement import PyPIRequirement
from wt_envs.solve import solve
from wt_envs.wheels import Given, build_archive, build_wheel, check_package

FROM_GIT = """\
[build-system]
requires = ["setuptools>=80", "setuptools-scm>=9"]
build-backend = "setuptools.build_meta"

[project]
name = "rain"
dynamic = ["version"]

[tool.setuptools_scm]
root = ".."
"""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def content(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name).decode()


def listing(directory: Path) -> list[str]:
    return sorted(str(path) for path in directory.rglob("*"))


def test_a_wheel_is_built_once_a_state(empty_cache, library, monkeypatch):
    directory = library()
    first = build_wheel(directory)
    monkeypatch.setenv("WT_UV", "/nonexistent/uv")

    assert build_wheel(directory) == first
    assert first.is_relative_to(empty_cache / "wheels")


def test_an_edit_gives_another_wheel(empty_cache, library):
    directory = library()
    first = build_wheel(directory)
    (directory / "src/weather_lib/__init__.py").write_text("VALUE = 2\n")
    second = build_wheel(directory)

    assert content(first, "weather_lib/__init__.py") == "VALUE = 1\n"
    assert content(second, "weather_lib/__init__.py") == "VALUE = 2\n"


def test_the_same_sources_give_the_same_bytes_whenever_they_are_built(empty_cache, library):
    directory = library()
    first = digest(build_wheel(directory))
    shutil.rmtree(empty_cache)
    for path in (directory / "src").rglob("*.py"):
        path.touch()

    assert digest(build_wheel(directory)) == first


def test_the_source_directory_stays_as_it_was_and_an_older_build_gets_not_in(empty_cache, library):
    directory = library()
    pyproject = directory / "pyproject.toml"
    text = (
        pyproject.read_text().replace("uv_build>=0.9,<1", "setuptools").replace('"uv_build"', '"setuptools.build_meta"')
    )
    pyproject.write_text(text)
    (directory / "build/lib/weather_lib").mkdir(parents=True)
    (directory / "build/lib/weather_lib/stale.py").touch()
    before = listing(directory)

    wheel = build_wheel(directory)

    assert listing(directory) == before
    assert not any("stale" in name for name in zipfile.ZipFile(wheel).namelist())


def test_a_given_version_is_the_wheels(empty_cache, tmp_path, library):
    directory = library("rain")
    (directory / "pyproject.toml").write_text(FROM_GIT.replace('root = ".."', ""))
    wheel = build_wheel(directory, give=lambda state: Given("rain", f"1.5+src.{state.digest[:12]}"))

    assert wheel.name.startswith("rain-1.5+src.")


def test_a_version_can_be_read_from_git_above(empty_cache, library):
    directory = library("rain")
    (directory / "pyproject.toml").write_text(FROM_GIT)
    top = directory.parent
    (top / ".gitignore").write_text("cache\n")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init"], ["add", "."], ["commit", "-m", "first"], ["tag", "v3.1"]):
        subprocess.run(["git", *identity, *command], cwd=top, check=True, capture_output=True)

    assert build_wheel(directory).name == "rain-3.1-py3-none-any.whl"

    for command in (["commit", "--allow-empty", "-m", "second"], ["tag", "v3.2"]):
        subprocess.run(["git", *identity, *command], cwd=top, check=True, capture_output=True)
    assert build_wheel(directory).name == "rain-3.2-py3-none-any.whl"


def test_processes_that_build_at_once_get_the_same_wheel(empty_cache, library, start):
    directory = library()
    code = """
    import sys, pathlib
    from wt_envs.wheels import build_wheel
    print(build_wheel(pathlib.Path(sys.argv[1])))
    """
    processes = [start(code, directory) for _ in range(3)]
    answers = {process.communicate(timeout=60) for process in processes}

    assert len(answers) == 1
    assert len(list((empty_cache / "wheels").glob("*/*.whl"))) == 1


def test_a_source_archive_is_built_once(empty_cache, library, tmp_path, monkeypatch):
    from wt_envs.uv_process import run_uv

    directory = library()
    run_uv("build", "--sdist", "--out-dir", tmp_path / "out", directory, cwd=tmp_path)
    (archive,) = (tmp_path / "out").glob("*.tar.gz")

    wheel = build_archive(archive)
    monkeypatch.setenv("WT_UV", "/nonexistent/uv")

    assert build_archive(archive) == wheel
    assert wheel.name == "weather_lib-1.0-py3-none-any.whl"


def test_what_the_build_says_is_in_the_diagnostic(empty_cache, library):
    directory = library()
    shutil.rmtree(directory / "src")

    with pytest.raises(DiagnosticError) as caught:
        build_wheel(directory)

    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == Code.WHEEL_BUILD_FAILED
    assert str(directory) in diagnostic.message
    assert ".staging" not in diagnostic.message
    assert "src/weather_lib" in diagnostic.message


def test_a_directory_that_is_not_there_or_no_package_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "group/lib").mkdir(parents=True)
    (tmp_path / "group/lib/pyproject.toml").write_text("[project]\n")
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool/pyproject.toml").write_text("[tool.ruff]\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/pyproject.toml").write_text("[project\n")
    said = {}
    for name in ("missing", "group", "tool", "broken"):
        with pytest.raises(DiagnosticError) as caught:
            check_package(tmp_path / name)
        (said[name],) = caught.value.diagnostics

    assert {diagnostic.code for diagnostic in said.values()} == {Code.REQUIREMENT_SOURCE_MISSING}
    assert said["missing"].message == "there is no missing"
    assert said["group"].hint == "did you mean one of its directories: lib?"
    assert "holds no Python package" in said["tool"].message
    assert said["broken"].message.startswith(str(Path("broken", "pyproject.toml")) + " cannot be read")


@pytest.mark.parametrize("name", ["../escaped", "weather_lib-1.0/../../escaped", "ABSOLUTE"])
def test_a_source_archive_writes_nothing_outside(empty_cache, library, tmp_path, name):
    directory = library()
    archive = tmp_path / "weather_lib-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(directory, "weather_lib-1.0")
        member = tarfile.TarInfo(str(tmp_path / "escaped") if name == "ABSOLUTE" else name)
        tar.addfile(member, io.BytesIO())

    try:
        build_archive(archive)
    except DiagnosticError as error:
        assert error.diagnostics[0].code == Code.WHEEL_BUILD_FAILED  # noqa: PT017  (to leave it out is right, too)
    assert list(tmp_path.rglob("escaped")) == []
    assert list((empty_cache / "wheels/.staging").iterdir()) == []


def test_a_wheel_writes_nothing_outside(empty_cache, library, tmp_path):
    wheel = Path(shutil.copy(build_wheel(library()), tmp_path))
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("../../../../escaped", "")
    lock = solve(Project(name="x", requirements=(PyPIRequirement(name="weather-lib", path=str(wheel)),), base=tmp_path))

    environment = realise(lock)

    assert environment.run(["python", "-c", "import weather_lib"]).returncode == 0
    assert list(tmp_path.rglob("escaped")) == []
