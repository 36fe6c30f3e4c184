from __future__ import annotations

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.ingredients import gather
from wt_envs.project import Project
from wt_envs.requirement import PyPIRequirement


def project(tmp_path, *requirements, **fields):
    return Project(name="wt-rain-workflow", requirements=requirements, base=tmp_path, **fields)


def test_a_path_is_relative_to_the_projects_base(cache, library, tmp_path):
    library()
    found = gather(project(tmp_path, PyPIRequirement(name="weather-lib", path="weather-lib")))

    assert "weather_lib-1.0-py3-none-any.whl" in {wheel.name for wheel in found.wheels}
    assert found.dependencies == ("weather-lib",)


def test_own_packages_are_wheels_of_the_checkout_whether_asked_for_or_not(cache, tmp_path):
    found = gather(project(tmp_path, own=("wt-task[cli]",)))

    assert [wheel.name.split("-")[0] for wheel in found.wheels] == ["wt_contracts", "wt_registry", "wt_task"]
    assert found.dependencies == ("wt-task[cli]",)
    assert found.constraints == ["wt-contracts", "wt-registry"]


def test_a_requirement_with_a_source_of_its_own_takes_the_place_of_wts_choice(cache, tmp_path):
    required = PyPIRequirement(name="wt-task", git="https://x.example/wt-task", branch="main", subdirectory="py")
    found = gather(project(tmp_path, required, own=("wt-task[cli]",)))

    assert found.sources["wt-task"] == [{"git": "https://x.example/wt-task", "branch": "main", "subdirectory": "py"}]
    assert "wt_task" not in {wheel.name.split("-")[0] for wheel in found.wheels}


def test_what_a_library_takes_from_its_own_checkout_comes_along(cache, library, tmp_path):
    library("snow")
    library("rain", requires=["snow"], more='\n[tool.uv.sources]\nsnow = { path = "../snow" }\n')
    library("weather", requires=["rain"], more='\n[tool.uv.sources]\nrain = { path = "../rain" }\n')
    found = gather(project(tmp_path, PyPIRequirement(name="weather", path="weather")))

    assert {"weather", "rain", "snow"} <= {wheel.name.split("-")[0] for wheel in found.wheels}
    assert {"rain", "snow"} <= set(found.constraints)


def test_a_package_in_a_subdirectory_of_a_path_is_found(cache, library, tmp_path):
    library("rain")
    required = PyPIRequirement(name="rain", path=".", subdirectory="rain")

    assert "rain" in {wheel.name.split("-")[0] for wheel in gather(project(tmp_path, required)).wheels}


def test_a_wheel_is_taken_as_it_is(cache, library, tmp_path):
    from wt_envs.wheels import build_wheel

    wheel = build_wheel(library())
    found = gather(project(tmp_path, PyPIRequirement(name="weather_lib", path=str(wheel))))

    assert wheel in found.wheels


@pytest.mark.parametrize(
    ("requirements", "code", "words"),
    [
        ([{"name": "rain", "path": "nowhere"}], Code.REQUIREMENT_SOURCE_MISSING, "there is no"),
        ([{"name": "rain", "path": "text.txt"}], Code.REQUIREMENT_SOURCE_MISSING, "is no directory"),
        ([{"name": "rain", "path": "bad.whl"}], Code.REQUIREMENT_SOURCE_MISSING, "is no wheel"),
        ([{"name": "rain", "path": "weather-lib"}], Code.REQUIREMENT_SOURCE_MISSING, "is called weather-lib"),
        ([{"name": "rain", "path": "empty", "editable": True}], Code.REQUIREMENT_SOURCE_MISSING, "no Python package"),
        ([{"name": "six"}, {"name": "SIX"}], Code.WRONG_REQUIREMENT, "six is required twice"),
    ],
)
def test_a_source_that_is_wrong_is_said(cache, library, tmp_path, requirements, code, words):
    library()
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").touch()
    (tmp_path / "bad.whl").touch()

    with pytest.raises(DiagnosticError) as caught:
        gather(project(tmp_path, *(PyPIRequirement(**fields) for fields in requirements)))

    assert caught.value.diagnostics[0].code == code
    assert words in str(caught.value)
