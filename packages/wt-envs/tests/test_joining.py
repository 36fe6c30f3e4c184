from __future__ import annotations

import pytest
from wt_envs.joining import joined
from wt_envs.requirement import parse_requirement


def pypi(version=None, **fields):
    source = {} if {"path", "git", "url"} & fields.keys() else {"source": "pypi"}
    return parse_requirement({"name": "lib", **source, **({"version": version} if version else {}), **fields})


def conda(version, **fields):
    return parse_requirement({"name": "lib", "version": version, **fields})


@pytest.mark.parametrize(
    ("one", "other", "version"),
    [
        (">=1", "<3", ">=1,<3"),
        (">=1,<3", ">=1,<3", ">=1,<3"),
        (">1", "<2", ">1,<2"),
        ("~=1.4", "!=1.4", "~=1.4,!=1.4"),
        ("==1.*", ">=1.5", "==1.*,>=1.5"),
        ("1.0", ">=1", "==1.0,>=1"),
        ("<2", "<3", "<2,<3"),
        (None, "<3", "<3"),
        (None, None, None),
        ("==2.0rc1", ">=1", "==2.0rc1,>=1"),
    ],
)
def test_versions_that_some_release_can_meet_are_joined(one, other, version):
    assert joined(pypi(one), pypi(other)).version == version


@pytest.mark.parametrize(
    ("one", "other"), [("<2", ">=2"), ("==1.5", "==1.4"), ("==1.*", ">=2"), ("~=1.4", ">=2"), ("<1", ">1")]
)
def test_versions_that_no_release_can_meet_are_not(one, other):
    assert joined(pypi(one), pypi(other)) is None


def test_extras_of_both_are_wanted():
    assert joined(pypi(extras=["a", "b"]), pypi(extras=["b", "c"])).extras == ("a", "b", "c")


def test_one_source_is_one_requirement_however_its_path_is_written():
    assert joined(pypi(path="./lib"), pypi(path="lib/")).path == "./lib"
    assert joined(pypi(path="./lib"), pypi(path="../lib")) is None
    assert joined(pypi(path="./lib"), pypi(">=1")) is None


def test_conda_packages_of_one_channel_are_joined():
    assert joined(conda(">=1"), conda("<3")).version == ">=1,<3"
    assert joined(conda("*"), conda("1.2|1.3")).version == "1.2|1.3"
    assert joined(conda(">=1"), conda("1.2|1.3")) is None
    assert joined(conda(">=1"), conda(">=1", channel="other")) is None
    assert joined(conda(">=1"), pypi(">=1")) is None
