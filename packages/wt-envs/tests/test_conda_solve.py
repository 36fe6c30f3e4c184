from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema_rs
import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.pixi_lock import PixiLock
from wt_envs.platforms import PLATFORMS
from wt_envs.project import Project
from wt_envs.rattler_process import Rattler
from wt_envs.realise import realise
from wt_envs.requirement import parse_requirement
from wt_envs.solve import solve
from wt_envs.uv_process import find_uv

SCHEMA = Path(__file__).parents[4] / "shared" / "real" / "pixi" / "schema.json"


def project(tmp_path: Path, *requirements: dict[str, Any], **more: Any) -> Project:
    return Project(
        name="wt-x-workflow", requirements=tuple(map(parse_requirement, requirements)), base=tmp_path, **more
    )


def refusal(tmp_path: Path, *requirements: dict[str, Any], **more: Any) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        solve(project(tmp_path, *requirements, **more))
    (found,) = caught.value.diagnostics
    assert not list((tmp_path / "cache" / "locks").glob("[!.]*"))
    return found


def locked(lock: PixiLock, directory: Path, environment: str) -> dict[str, dict[str, dict[str, Any]]]:
    lock.write(directory)
    with Rattler() as rattler:
        read = rattler.ask("read", path=str(directory / "pixi.lock"), environment=environment)
    return {platform: {package["name"]: package for package in packages} for platform, packages in read.items()}


def test_a_lock_holds_every_platform_and_environment(mixed_lock, tmp_path):
    for environment in ("default", "runner", "test"):
        read = locked(mixed_lock, tmp_path / environment, environment)
        assert set(read) == set(PLATFORMS)
        for packages in read.values():
            assert {"python", "jinja2", "six", "wt-task", "pydantic-core"} <= set(packages)
            assert ("pytest" in packages) == (environment == "test")


def test_conda_comes_first_and_pypi_adds_what_is_left(mixed_lock, tmp_path):
    for packages in locked(mixed_lock, tmp_path, "default").values():
        kinds = {name: package["kind"] for name, package in packages.items()}
        assert (kinds["jinja2"], kinds["markupsafe"], kinds["six"]) == ("conda", "conda", "pypi")
        assert kinds["pydantic"] == "conda", "wt takes from the channel what the channel has"
        assert (kinds["wt-task"], kinds["wt-contracts"]) == ("pypi", "pypi")


def test_every_file_has_its_hash_and_wheels_of_this_checkout_lie_beside_the_lock(mixed_lock, tmp_path):
    for packages in locked(mixed_lock, tmp_path, "default").values():
        assert [name for name, package in packages.items() if not package.get("sha256")] == []
        assert packages["wt-task"]["location"].startswith("./wheels/wt_task-")
        assert (tmp_path / packages["wt-task"]["location"]).is_file()
        assert "wt-contracts" in packages["wt-task"]["requires_dist"]


def test_the_manifest_says_what_was_solved(mixed_lock, conda_channel):
    manifest = tomllib.loads(mixed_lock.manifest)

    assert manifest["workspace"]["channels"] == [f"{conda_channel}/"]
    assert manifest["workspace"]["platforms"] == list(PLATFORMS)
    assert manifest["dependencies"]["jinja2"] == {"version": ">=3", "channel": f"{conda_channel}/"}
    assert set(manifest["environments"]) == {"default", "runner", "test"}
    assert manifest["pypi-dependencies"]["wt-task"]["extras"] == ["cli"]
    assert "pytest" in manifest["feature"]["test"]["pypi-dependencies"]


if SCHEMA.is_file():

    def test_the_manifest_is_valid_by_pixis_schema(mixed_lock):
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        manifest = tomllib.loads(mixed_lock.manifest)

        assert [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(manifest)] == []

    def test_a_published_lock_is_read(tmp_path):
        with Rattler() as rattler:
            read = rattler.ask("read", path=str(SCHEMA.parent / "events-pixi.lock"), environment="default")

        assert {"linux-64", "osx-arm64", "win-64"} <= set(read)
        assert any(package["name"] == "ecoscope-platform" for package in read["linux-64"])


def test_solving_again_starts_no_process(mixed_project, mixed_lock, own_wheels, run_alone):
    code = """
    import pickle, sys
    from wt_envs.solve import solve
    print(solve(pickle.loads(bytes.fromhex(sys.argv[1]))).digest)
    """

    answer = run_alone(code, pickle.dumps(mixed_project).hex(), WT_CACHE_DIR=str(own_wheels))

    assert answer.strip() == mixed_lock.digest


def test_what_the_requirements_bring_takes_the_place_of_what_wt_adds(cache, tmp_path, conda_channel):
    required = {"name": "pydantic", "version": ">=2", "channel": conda_channel}
    brings = {"name": "wt-registry", "version": "*", "channel": conda_channel}
    told: list[str] = []

    lock = solve(project(tmp_path, brings, own=("wt-task[cli]",)), progress=told.append)

    packages = locked(lock, tmp_path / "out", "default")["linux-64"]
    assert packages["wt-contracts"]["kind"] == "conda"
    assert packages["wt-task"]["kind"] == "pypi"
    assert len([line for line in told if line.startswith("pydantic ") and "takes the place" in line]) == 1
    again: list[str] = []
    solve(project(tmp_path, required, own=("wt-task[cli]",)), progress=again.append)
    assert [line for line in again if line.startswith("pydantic ")] == []


def test_an_unknown_package_is_named_with_a_near_miss(cache, tmp_path, conda_channel):
    found = refusal(tmp_path, {"name": "jinja3", "version": "*", "channel": conda_channel})

    assert (found.code, found.hint) == (Code.REQUIREMENTS_UNSOLVABLE, "did you mean 'jinja2'?")
    assert "No candidates were found for jinja3 *" in found.message


def test_an_unknown_version_is_named_with_those_that_are_there(cache, tmp_path, conda_channel):
    found = refusal(tmp_path, {"name": "jinja2", "version": ">=99", "channel": conda_channel})

    assert found.code == Code.REQUIREMENTS_UNSOLVABLE
    assert "jinja2 >=99" in found.message
    assert found.hint.startswith("jinja2 >=99 is not in the channels; they have 3.")


def test_a_conflict_is_told_in_the_solvers_words(cache, tmp_path, conda_channel):
    first = {"name": "jinja2", "version": "*", "channel": conda_channel}
    found = refusal(tmp_path, first, {"name": "python", "version": "<3", "channel": conda_channel})

    assert found.code == Code.REQUIREMENTS_UNSOLVABLE
    assert "python <3" in found.message


def test_pypi_and_conda_that_contradict_each_other_are_told(cache, tmp_path, conda_channel):
    first = {"name": "jinja2", "version": "*", "channel": conda_channel}
    found = refusal(tmp_path, first, {"name": "markupsafe", "version": "<1", "source": "pypi"})

    assert found.code == Code.REQUIREMENTS_UNSOLVABLE
    assert "markupsafe in the conda packages has version" in found.message


def test_a_channel_that_is_not_there_is_named(cache, tmp_path):
    found = refusal(tmp_path, {"name": "jinja2", "version": "*", "channel": "file:///nowhere/at/all"})

    assert found.code == Code.CHANNEL_UNREACHABLE
    assert found.message.startswith("the conda channel file:///nowhere/at/all cannot be reached: ")


def test_offline_a_channel_elsewhere_is_not_asked(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("WT_OFFLINE", "1")

    found = refusal(tmp_path, {"name": "jinja2", "version": "*", "channel": "http://127.0.0.1:9/none"})

    assert found.code == Code.CHANNEL_UNREACHABLE
    assert "offline" in found.hint


def test_a_channel_that_changes_is_solved_again(cache, tmp_path, conda_channel):
    channel = tmp_path / "channel"
    for platform in ("noarch", *PLATFORMS):
        (channel / platform).mkdir(parents=True)
        index = Path(conda_channel.removeprefix("file://")) / platform / "repodata.json"
        (channel / platform / "repodata.json").write_bytes(index.read_bytes())
    required = {"name": "python", "version": "*", "channel": channel.as_uri()}
    first = solve(project(tmp_path, required))
    assert solve(project(tmp_path, required)) == first

    index = channel / "noarch" / "repodata.json"
    os.utime(index, (1, 1))
    index.unlink()
    found = refusal_after_success(tmp_path, required)

    assert found.code == Code.CHANNEL_UNREACHABLE


def refusal_after_success(tmp_path: Path, required: dict[str, Any]) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        solve(project(tmp_path, required))
    return caught.value.diagnostics[0]


def test_the_first_channel_has_priority(cache, tmp_path, conda_channel):
    other = tmp_path / "other"
    for platform in ("noarch", *PLATFORMS):
        (other / platform).mkdir(parents=True)
        text = (Path(conda_channel.removeprefix("file://")) / platform / "repodata.json").read_text(encoding="utf-8")
        (other / platform / "repodata.json").write_text(text, encoding="utf-8")
    first = {"name": "jinja2", "version": "*", "channel": other.as_uri()}
    second = {"name": "attrs", "version": "*", "channel": conda_channel}

    read = locked(solve(project(tmp_path, first, second)), tmp_path / "out", "default")["linux-64"]

    assert read["jinja2"]["location"].startswith(str(other))
    assert read["attrs"]["location"].startswith(conda_channel.removeprefix("file://"))
    assert read["markupsafe"]["location"].startswith(str(other))


def test_sources_of_python_packages_are_solved_beside_conda(cache, tmp_path, conda_channel, library):
    directory = library("rain-lib", requires=["markupsafe>=2"])
    editable = library("snow-lib")
    first = {"name": "jinja2", "version": "*", "channel": conda_channel}
    copied = {"name": "rain-lib", "path": str(directory)}
    linked = {"name": "snow-lib", "path": str(editable), "editable": True}

    packages = locked(solve(project(tmp_path, first, copied, linked)), tmp_path / "out", "default")["osx-arm64"]

    assert packages["rain-lib"]["location"] == "./wheels/rain_lib-1.0-py3-none-any.whl"
    assert packages["snow-lib"]["location"] == str(editable)
    assert packages["markupsafe"]["kind"] == "conda"


def commit(directory: Path) -> None:
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=directory, check=True)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A directory, and the URL at which a web server shows it."""
    directory = tmp_path / "served"
    directory.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield directory, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def test_git_repositories_and_urls_are_locked_and_installed_beside_conda(
    cache, tmp_path, conda_channel, library, served, monkeypatch
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    shown, url = served
    directory = library("rain-lib", requires=["markupsafe>=2"])
    commit(directory)
    snow = library("snow-lib")
    subprocess.run([find_uv(), "build", "--quiet", "--wheel", "--out-dir", shown, snow], check=True)
    wheel = f"{url}/{next(shown.glob('snow_lib-*.whl')).name}"
    first = {"name": "jinja2", "version": "*", "channel": conda_channel}
    rain = {"name": "rain-lib", "git": directory.as_uri(), "branch": "main"}

    lock = solve(project(tmp_path, first, rain, {"name": "snow-lib", "url": wheel}))
    packages = locked(lock, tmp_path / "out", "default")["linux-64"]
    environment = realise(lock)

    assert re.fullmatch(rf"git\+{directory.as_uri()}\S*#[0-9a-f]{{40}}", packages["rain-lib"]["location"])
    assert packages["snow-lib"]["location"] == wheel
    assert (packages["markupsafe"]["kind"], "sha256" in packages["snow-lib"]) == ("conda", True)
    program = "import rain_lib, snow_lib, jinja2; print(rain_lib.VALUE + snow_lib.VALUE)"
    assert environment.run(["python", "-I", "-c", program], check=True).stdout == "2\n"


def test_a_git_reference_that_does_not_exist_is_refused(cache, tmp_path, conda_channel, library):
    directory = library("rain-lib")
    commit(directory)
    first = {"name": "jinja2", "version": "*", "channel": conda_channel}

    found = refusal(tmp_path, first, {"name": "rain-lib", "git": directory.as_uri(), "branch": "nowhere"})

    assert found.code == Code.REQUIREMENT_SOURCE_MISSING
    assert "nowhere" in found.message


def test_a_directory_that_is_no_package_is_refused(cache, tmp_path, conda_channel):
    (tmp_path / "plain").mkdir()
    first = {"name": "jinja2", "version": "*", "channel": conda_channel}

    found = refusal(tmp_path, first, {"name": "plain", "path": "plain"})

    assert found.code == Code.REQUIREMENT_SOURCE_MISSING


def test_one_name_twice_is_refused_across_conda_and_pypi(cache, tmp_path, conda_channel):
    first = {"name": "ruamel.yaml", "version": "*", "channel": conda_channel}

    found = refusal(tmp_path, first, {"name": "Ruamel_Yaml", "source": "pypi"})

    assert found.code == Code.WRONG_REQUIREMENT
    assert "required twice" in found.message
