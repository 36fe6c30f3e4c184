from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from wt_envs.conda_spec import conda_clauses, match_spec, pypi_name
from wt_envs.requirement import CondaRequirement


@pytest.mark.parametrize(
    ("pep440", "conda"),
    [(">=2,<3", "<3,>=2"), ("==1.*", "1.*"), ("==1.2", "==1.2"), ("===1.2", "==1.2"), ("", "*"), ("~=1.4", "~=1.4")],
)
def test_versions_as_python_writes_them_become_condas(pep440, conda):
    assert conda_clauses(SpecifierSet(pep440)) == conda


@pytest.mark.parametrize(
    ("version", "spec"),
    [
        ("3.9", "==3.9"),
        ("3.9.*", "3.9.*"),
        (">=2, <3", ">=2,<3"),
        ("1.2|1.3", "==1.2|==1.3"),
        ("=3.9", "=3.9"),
        ("*", "*"),
    ],
)
def test_a_version_without_an_operator_is_that_version(version, spec):
    assert match_spec(CondaRequirement(name="a", version=version), "file:///c/") == f"file:///c::a {spec}"


def test_packages_that_conda_calls_otherwise_are_known():
    assert (pypi_name("pytorch"), pypi_name("typing_extensions"), pypi_name("ruamel.yaml")) == (
        "torch",
        "typing-extensions",
        "ruamel-yaml",
    )
