from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import tomllib

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.project import Project
from wt_envs.requirement import PyPIRequirement
from wt_envs.solve import solve
from wt_envs.uv_process import find_uv

SIX = PyPIRequirement(name="six", version=">=1.15")
SOLVE = """
import pickle, sys
from wt_envs.solve import solve

lock = solve(pickle.loads(bytes.fromhex(sys.argv[1])))
print(lock.text)
"""


def project(tmp_path, *requirements, **fields):
    return Project(name="wt-rain-workflow", requirements=requirements, base=tmp_path, **fields)


def packages(lock):
    return {package["name"]: package for package in tomllib.loads(lock.text)["package"]}


def check(directory):
    return subprocess.run(
        [find_uv(), "lock", "--check", "--offline"], cwd=directory, capture_output=True, text=True, check=False
    )


def test_a_project_is_solved_with_its_groups(cache, tmp_path):
    lock = solve(project(tmp_path, SIX, groups={"test": ("idna",)}))

    assert {"six", "idna"} <= set(packages(lock))
    assert [name for name, _ in lock.packages] == ["six"]


def test_a_transitive_dependency_on_wts_packages_is_met_by_this_checkout(cache, library, tmp_path):
    library(requires=["wt-registry>=0.2,<0.3", "wt-task>=0.1,<0.2", "wt-contracts>=0.1,<1"])
    lock = solve(project(tmp_path, PyPIRequirement(name="weather-lib", path="weather-lib")))

    own = {
        name: package for name, package in packages(lock).items() if name.startswith("wt-") and "workflow" not in name
    }
    assert set(own) == {"wt-contracts", "wt-registry", "wt-task"}
    assert all(package["source"]["path"].startswith("wheels/wt_") for package in own.values())
    assert {package["version"].split("+")[0] for package in own.values()} == {"0.2.50", "0.1.50"}
    assert all("+src." in package["version"] for package in own.values())


def test_another_package_of_the_checkout_comes_from_it_as_soon_as_it_is_needed(cache, library, tmp_path):
    library(requires=["wt-envs"])
    lock = solve(project(tmp_path, PyPIRequirement(name="weather-lib", path="weather-lib")))

    assert packages(lock)["wt-envs"]["source"]["path"].startswith("wheels/wt_envs-0.50.0+src.")


def test_a_pin_that_the_checkout_does_not_meet_cannot_be_solved(cache, library, tmp_path):
    library(requires=["wt-registry>=0.9"])

    with pytest.raises(DiagnosticError) as caught:
        solve(project(tmp_path, PyPIRequirement(name="weather-lib", path="weather-lib")))

    assert caught.value.diagnostics[0].code == Code.REQUIREMENTS_UNSOLVABLE
    assert "wt-registry" in str(caught.value)


def test_the_second_solve_starts_no_process(cache, library, tmp_path, run_alone):
    library(requires=["wt-registry"])
    wanted = project(tmp_path, SIX, PyPIRequirement(name="weather-lib", path="weather-lib"), own=("wt-task[cli]",))
    lock = solve(wanted)

    assert run_alone(SOLVE, pickle.dumps(wanted).hex(), WT_UV="/nonexistent/uv") == lock.text + "\n"


def test_the_workspaces_lock_is_valid_and_stays_so_when_it_is_moved(cache, library, tmp_path):
    library(requires=["six", "wt-registry>=0.2,<0.3"])
    wanted = project(
        tmp_path,
        PyPIRequirement(name="weather-lib", path="weather-lib"),
        own=("wt-task[cli]", "wt-registry"),
        groups={"test": ("iniconfig",)},
    )
    lock = solve(wanted)
    lock.write(tmp_path / "workspace")
    with (tmp_path / "workspace/pyproject.toml").open("a") as file:
        file.write('\n[tool.wt]\npackage = "wt_rain_workflow"\n')

    assert check(tmp_path / "workspace").returncode == 0, check(tmp_path / "workspace").stderr
    (tmp_path / "workspace").rename(tmp_path / "elsewhere")
    assert check(tmp_path / "elsewhere").returncode == 0, check(tmp_path / "elsewhere").stderr


def test_a_workspace_inside_of_another_uv_workspace_is_one_of_its_own(cache, tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "top"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["*"]\n'
    )
    solve(project(tmp_path, SIX)).write(tmp_path / "workspace")

    assert check(tmp_path / "workspace").returncode == 0
    assert not (tmp_path / "uv.lock").exists()


def test_an_edited_library_is_locked_by_its_new_contents_and_other_versions_stay(cache, library, tmp_path):
    directory = library()
    older = PyPIRequirement(name="six", version="<1.17")
    solve(project(tmp_path, older, PyPIRequirement(name="weather-lib", path="weather-lib")))
    (directory / "src/weather_lib/__init__.py").write_text("VALUE = 2\n")
    lock = solve(project(tmp_path, SIX, PyPIRequirement(name="weather-lib", path="weather-lib")))

    (wheel,) = [wheel for wheel in lock.wheels if "weather" in wheel.name]
    (locked,) = packages(lock)["weather-lib"]["wheels"]
    assert locked["hash"] == f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"
    assert packages(lock)["six"]["version"] == "1.16.0"


def test_an_upgrade_solves_again(cache, tmp_path):
    solve(project(tmp_path, PyPIRequirement(name="six", version="<1.17")))
    kept = solve(project(tmp_path, SIX))
    upgraded = solve(project(tmp_path, SIX), upgrade=True)

    assert packages(kept)["six"]["version"] == "1.16.0"
    assert packages(upgraded)["six"]["version"] == "1.17.0"
    assert solve(project(tmp_path, SIX)).text == upgraded.text


def test_processes_that_solve_at_once_give_the_same_lock(cache, start, tmp_path):
    wanted = pickle.dumps(project(tmp_path, SIX)).hex()
    processes = [start(SOLVE, wanted) for _ in range(3)]
    answers = {process.communicate(timeout=120)[0] for process in processes}

    assert len(answers) == 1
    assert 'name = "six"' in answers.pop()


def test_progress_says_what_is_done(cache, library, tmp_path):
    library()
    said: list[str] = []
    solve(project(tmp_path, PyPIRequirement(name="weather-lib", path="weather-lib")), progress=said.append)

    assert "building a wheel of weather-lib" in said
    assert "solving the environment of wt-rain-workflow" in said
    assert any(line.startswith("Resolved") for line in said)


def test_a_git_repository_is_locked_by_its_commit(cache, library, tmp_path):
    directory = library()
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-b", "main"], ["add", "."], ["commit", "-m", "first"]):
        subprocess.run(["git", *identity, *command], cwd=directory, check=True, capture_output=True)
    lock = solve(project(tmp_path, PyPIRequirement(name="weather-lib", git=directory.as_uri(), branch="main")))
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=directory, capture_output=True, text=True, check=True
    ).stdout

    assert packages(lock)["weather-lib"]["source"]["git"].endswith(f"?branch=main#{commit.strip()}")


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"name": "six", "version": ">=99"}, Code.REQUIREMENTS_UNSOLVABLE, "six>=99"),
        ({"name": "wt-no-such-package-anywhere"}, Code.REQUIREMENTS_UNSOLVABLE, "was not found"),
        ({"name": "weather-lib", "path": "weather-lib", "version": ">=2"}, Code.REQUIREMENTS_UNSOLVABLE, "version 1.0"),
        ({"name": "wt-task", "version": ">=5"}, Code.REQUIREMENTS_UNSOLVABLE, ">=5 is required"),
        ({"name": "rain", "git": "file:///nowhere/rain"}, Code.REQUIREMENT_SOURCE_MISSING, "/nowhere/rain"),
        ({"name": "rain", "path": "nowhere"}, Code.REQUIREMENT_SOURCE_MISSING, "there is no"),
    ],
)
def test_what_cannot_be_solved_is_said_in_uvs_own_words_and_leaves_nothing(
    cache, library, tmp_path, fields, code, words
):
    library()

    with pytest.raises(DiagnosticError) as caught:
        solve(project(tmp_path, PyPIRequirement(**fields)))

    assert caught.value.diagnostics[0].code == code
    assert words in str(caught.value)
    assert caught.value.exit_code == 2
    assert [path.name for path in cache.glob("locks/[!.]*")] == []
    assert [path.name for path in cache.glob("locks/.staging/*")] == []


def test_without_git_a_git_requirement_says_so(cache, monkeypatch, tmp_path):
    required = PyPIRequirement(name="rain", git="file:///nowhere/rain")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    with pytest.raises(DiagnosticError) as caught:
        solve(project(tmp_path, required))

    assert caught.value.diagnostics[0].code == Code.REQUIREMENT_SOURCE_MISSING
    assert caught.value.diagnostics[0].hint == "install git"


def test_another_index_is_another_solve(cache, monkeypatch, tmp_path):
    solve(project(tmp_path, SIX))
    (tmp_path / "index").mkdir()
    monkeypatch.setenv("UV_DEFAULT_INDEX", (tmp_path / "index").as_uri())

    with pytest.raises(DiagnosticError, match="six"):
        solve(project(tmp_path, SIX))


def test_a_released_package_of_wt_that_this_checkout_does_not_hold_is_never_taken_by_accident(cache, library, tmp_path):
    library("rain", requires=["wt-kernel"])
    library("wt-kernel")
    index = tmp_path / "index"
    from wt_envs.uv_process import run_uv

    run_uv("build", "--wheel", "--out-dir", index, tmp_path / "wt-kernel", cwd=tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_FIND_LINKS", str(index))
        with pytest.raises(DiagnosticError, match="wt-kernel would come from the index"):
            solve(project(tmp_path, PyPIRequirement(name="rain", path="rain")))
        chosen = solve(project(tmp_path, PyPIRequirement(name="rain", path="rain"), PyPIRequirement(name="wt-kernel")))

    assert "wt-kernel" in packages(chosen)


def test_the_answer_of_a_solve_is_json_free_of_this_machine(cache, library, tmp_path):
    library(requires=["six"])
    lock = solve(project(tmp_path, PyPIRequirement(name="weather-lib", path="weather-lib"), own=("wt-task",)))

    assert str(tmp_path) not in json.dumps([lock.pyproject, lock.text])
    assert str(cache) not in json.dumps([lock.pyproject, lock.text])
