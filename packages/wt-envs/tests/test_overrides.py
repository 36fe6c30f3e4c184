from __future__ import annotations

from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.overrides import override, read_overrides
from wt_envs.project import Project
from wt_envs.requirement import CondaRequirement, PyPIRequirement

PROJECT = Project(
    name="x",
    requirements=(PyPIRequirement(name="pandas", version=">=2"), PyPIRequirement(name="six")),
    groups={"test": ("pytest",)},
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        read_overrides(path)
    (found,) = caught.value.diagnostics
    assert (found.code, found.file) == (Code.OVERRIDES_INVALID, str(path))
    return found


def test_an_override_takes_the_place_of_a_requirement_and_says_so_once(tmp_path):
    text = '[feature.default.dependencies]\nPandas = "2.2.*"\n'

    project, displaced = override(PROJECT, read_overrides(written(tmp_path, text)))

    assert project.requirements == (PyPIRequirement(name="six"), CondaRequirement(name="Pandas", version="2.2.*"))
    assert displaced == {"pandas": "pandas>=2 of the spec gives way to Pandas 2.2.* (conda) of the overrides"}


def test_what_nobody_required_is_added(tmp_path):
    text = '[feature.default.pypi-dependencies]\nattrs = {path = "lib"}\n'
    text += '[feature.test.pypi-dependencies]\npytest = ">=8"\n'

    project, displaced = override(PROJECT, read_overrides(written(tmp_path, text)))

    assert displaced == {}
    assert project.requirements[-1] == PyPIRequirement(name="attrs", path=str(tmp_path / "lib"))
    assert project.groups == {"test": ("pytest>=8",)}


def test_a_feature_gets_conda_packages_of_its_own(tmp_path):
    text = '[feature.test.dependencies]\npytest = {version = ">=8", channel = "file:///c"}\n'

    project, _ = override(PROJECT, read_overrides(written(tmp_path, text)))

    assert project.groups["test"] == ()
    assert project.conda_groups == {"test": (CondaRequirement(name="pytest", version=">=8", channel="file:///c"),)}


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("x =", "is no TOML", None),
        ("[features.default]", "the file has no 'features'", "did you mean 'feature'?"),
        ("[feature.defualt]", "'feature' has no 'defualt'", "did you mean 'default'?"),
        ("[feature.test.dependancies]", "'feature.test' has no 'dependancies'", "did you mean 'dependencies'?"),
        ("[feature.test.dependencies]\na = 1", "feature.test.dependencies.a must be a version or a table", None),
        ('[feature.test.dependencies]\na = ">>"', "feature.test.dependencies.a.version: ", None),
        ('[feature.test.pypi-dependencies]\na = {path = "x"}', "goes with the feature default only", None),
        ('[feature.test.dependencies]\na = "1"\n[feature.test.pypi-dependencies]\nA = "1"', "names A twice", None),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, said, hint):
    found = refusal(written(tmp_path, text))

    assert said in found.message
    assert hint is None or found.hint == hint


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "none.toml").message
