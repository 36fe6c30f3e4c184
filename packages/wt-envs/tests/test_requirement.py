from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_envs.requirement import CondaRequirement, PyPIRequirement, RequirementError, canonical, parse_requirement


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"name": "six", "version": ">=1,<2", "source": "pypi"}, PyPIRequirement(name="six", version=">=1,<2")),
        ({"name": "six", "version": "1.16", "source": "pypi"}, PyPIRequirement(name="six", version="==1.16")),
        ({"name": "six", "version": "*", "source": "pypi"}, PyPIRequirement(name="six")),
        ({"name": "six", "source": "pypi"}, PyPIRequirement(name="six")),
        (
            {"name": "lib", "path": "../lib", "extras": ["a", "b"]},
            PyPIRequirement(name="lib", path="../lib", extras=("a", "b")),
        ),
        ({"name": "lib", "path": "lib", "editable": True}, PyPIRequirement(name="lib", path="lib", editable=True)),
        (
            {"name": "lib", "git": "https://x.org/lib", "tag": "v1", "subdirectory": "py"},
            PyPIRequirement(name="lib", git="https://x.org/lib", tag="v1", subdirectory="py"),
        ),
        ({"name": "lib", "git": "git+ssh://git@x.org/lib"}, PyPIRequirement(name="lib", git="ssh://git@x.org/lib")),
        ({"name": "lib", "url": "https://x.org/l.whl"}, PyPIRequirement(name="lib", url="https://x.org/l.whl")),
        ({"name": "pandas", "version": ">=2,<3"}, CondaRequirement(name="pandas", version=">=2,<3")),
        (
            {"name": "a", "version": "1.*", "channel": "https://x.org/a/"},
            CondaRequirement(name="a", version="1.*", channel="https://x.org/a/"),
        ),
        ({"requirement": "pandas>=2"}, CondaRequirement(name="pandas", version=">=2")),
        ({"requirement": "msft::pandas =2.1"}, CondaRequirement(name="pandas", version="=2.1", channel="msft")),
        ({"requirement": "pandas"}, CondaRequirement(name="pandas", version="*")),
        ({"name": "pandas", "version": "2", "source": "conda"}, CondaRequirement(name="pandas", version="2")),
    ],
)
def test_every_form_of_a_requirement_is_read(mapping, expected):
    assert parse_requirement(mapping) == expected


@pytest.mark.parametrize(
    ("mapping", "key", "words"),
    [
        ({"name": "six", "version": 1.1, "source": "pypi"}, "version", "in quotes"),
        ({"name": "six", "versoin": "1", "source": "pypi"}, "versoin", "did you mean 'version'?"),
        ({"name": "six", "pth": "./six"}, "pth", "did you mean 'path'?"),
        ({"name": "six", "channel": "x", "source": "pypi"}, "channel", "no channel"),
        ({"name": "six", "source": "pip"}, "source", "pypi or conda"),
        ({"source": "pypi"}, "name", "'name' is missing"),
        ({"name": "pandas"}, "version", "'version' is missing"),
        ({"name": "pandas", "version": "2", "extras": ["x"]}, "extras", "source: pypi"),
        ({"name": "not a name", "source": "pypi"}, "name", "is not a package name"),
        ({"name": "six", "version": "new", "source": "pypi"}, "version", "not a version specifier"),
        ({"name": "six", "version": "", "source": "pypi"}, "version", "must not be empty"),
        ({"name": "six", "extras": "cli", "source": "pypi"}, "extras", "a list of names"),
        ({"name": "six", "path": "file:///x"}, "path", "plain path"),
        ({"name": "six", "url": "file:///x.whl"}, "url", "write its path at 'path'"),
        ({"name": "six", "git": "git@x.org:a/b"}, "git", "ssh://git@x.org/a/b"),
        ({"name": "six", "git": "https://x.org/a", "subdirectory": "../b"}, "subdirectory", "inside"),
        ({"name": "pandas", "version": ">=2; rm"}, "version", "not a conda version spec"),
        ({"name": "pandas", "version": "2", "channel": "a b"}, "channel", "neither the name nor the URL"),
        ({"requirement": "pandas[version=2]"}, "requirement", "conda version spec"),
        ({"requirement": 3}, "requirement", "channel::name version"),
    ],
)
def test_a_wrong_value_is_reported_at_its_key(mapping, key, words):
    with pytest.raises(RequirementError) as caught:
        parse_requirement(mapping)

    assert list(caught.value.problems) == [key]
    assert words in caught.value.problems[key]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"name": "x", "path": "a", "git": "https://x.org/a"}, "choose one of 'path' and 'git'"),
        ({"name": "x", "git": "https://x.org/a", "tag": "1", "branch": "b"}, "choose one of 'branch' and 'tag'"),
        ({"name": "x", "path": "a", "rev": "b"}, "'rev' goes with 'git' only"),
        ({"name": "x", "git": "https://x.org/a", "editable": True}, "'editable' goes with 'path' only"),
        ({"name": "x", "source": "pypi", "subdirectory": "a"}, "'subdirectory' goes with"),
        ({"name": "x", "source": "conda", "path": "a"}, "'path' goes with 'source: pypi' only"),
        ({"requirement": "a", "name": "b"}, "remove 'name'"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(mapping, words):
    with pytest.raises(ValueError, match=words):
        parse_requirement(mapping)


def test_all_unknown_and_missing_keys_are_reported_together():
    with pytest.raises(RequirementError) as caught:
        parse_requirement({"vresion": "1", "colour": "red"})

    assert set(caught.value.problems) == {"vresion", "colour", "name", "version"}


def test_a_specifier_holds_name_extras_and_version():
    assert PyPIRequirement(name="a", extras=("x", "y"), version=">=1").specifier == "a[x,y]>=1"
    assert PyPIRequirement(name="a").specifier == "a"


def test_names_are_compared_as_indexes_do():
    assert canonical("Weather_Lib.Core") == canonical("weather-lib-core")


KEYS = st.sampled_from(
    [
        "name",
        "version",
        "source",
        "path",
        "git",
        "url",
        "rev",
        "tag",
        "extras",
        "editable",
        "channel",
        "requirement",
        "x",
    ]
)
TEXTS = st.sampled_from(["six", "pypi", "conda", ">=1", "a::b >=2", "../x", "https://x.org/a", "1.2.*"]) | st.text()
VALUES = (
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.lists(TEXTS)
    | st.dictionaries(st.text(), TEXTS)
)


@given(st.dictionaries(KEYS, VALUES))
def test_any_mapping_is_a_requirement_or_a_value_error(mapping):
    try:
        requirement = parse_requirement(mapping)
    except ValueError:
        return
    assert isinstance(requirement, (PyPIRequirement, CondaRequirement))
