"""The names of a compiled workflow."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.names import name_workflow


def test_names_follow_from_the_id_and_the_prefix() -> None:
    names = name_workflow("sea_events", "eco-workflows")
    assert (names.release, names.package) == ("eco-workflows-sea-events-workflow", "eco_workflows_sea_events_workflow")
    assert name_workflow("events").release == "wt-events-workflow"


def test_a_project_name_is_ascii() -> None:
    assert name_workflow("météo").project == "wt-m-t-o-workflow"


def test_the_name_of_an_image_is_lower_case_ascii() -> None:
    names = name_workflow("Météo", "Eco")
    assert names.release == "Eco-Météo-workflow"
    assert names.image == "eco-m-t-o-workflow"


@pytest.mark.parametrize("prefix", ["", "-a", "a-", "1a", "a b", 'a"', "a/b", "..", "a--b", "é", "a\n"])
def test_a_prefix_that_cannot_begin_a_package_name_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        name_workflow("events", prefix)


@pytest.mark.parametrize("name", ["", "1A", "A B", "A=B", "A-B", "Ä", "A\n"])
def test_a_variable_that_no_environment_can_hold_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="environment variable"):
        name_workflow("events", results_env_var=name)


@pytest.mark.parametrize(
    "name", ["PATH", "Path", "HOME", "PYTHONPATH", "PYTHONHASHSEED", "WT_CACHE_DIR", "WT_EVENTS_FILE", "WT_LIFELINE"]
)
def test_a_variable_that_means_something_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="means something else"):
        name_workflow("events", results_env_var=name)


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*", fullmatch=True))
def test_every_accepted_prefix_gives_a_package_that_can_be_imported(prefix: str) -> None:
    package = name_workflow("events", prefix).package
    assert package.isidentifier()
    assert not keyword.iskeyword(package)
