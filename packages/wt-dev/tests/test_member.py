"""The packages, as their `pyproject.toml` describe them."""

from __future__ import annotations

import pytest
from wt_dev.member import dependants, find_root, own_dependencies


def test_what_is_depended_on_comes_first(members):
    seen: set[str] = set()
    for name, member in members.items():
        assert own_dependencies(member, members) <= seen
        seen.add(name)


def test_all_but_this_package_are_released(members):
    assert {name for name, member in members.items() if not member.is_released} == {"wt-dev"}


def test_an_extra_counts_as_a_dependency(members):
    assert own_dependencies(members["wt-task-gcp"], members) == {"wt-task"}
    assert [requirement.name for requirement in members["wt-invokers"].extras["gcp"]] == [
        "google-cloud-batch",
        "google-auth",
    ]


def test_dependants_are_found_through_others(members):
    assert "wt-invokers-gcp" in dependants({"wt-envs"}, members)


def test_a_directory_outside_a_checkout_is_told(root, tmp_path):
    assert find_root(root / "packages/wt-dev/src") == root
    with pytest.raises(FileNotFoundError, match="in no checkout"):
        find_root(tmp_path)
