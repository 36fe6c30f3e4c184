"""Titles of groups are keys of the form."""

from __future__ import annotations

from collections.abc import Callable

Found = Callable[..., list[str]]

VISIBLE = "{id: %s, task: load}"
BOUND = "{id: %s, task: load, partial: {path: x, limit: 1}}"


def group(title: str, member: str) -> str:
    return f"- {{type: task-group, title: {title}, description: D, tasks: [{member}]}}\n"


def test_two_groups_of_one_title_would_lose_one_in_the_form(found: Found) -> None:
    assert found(group("T", VISIBLE % "a") + group("T", VISIBLE % "b")) == ["WT128 5:31"]


def test_a_title_that_is_the_id_of_an_instance_would_hide_it(found: Found) -> None:
    assert found(f"- {VISIBLE % 'a'}\n" + group("a", VISIBLE % "b")) == ["WT128 5:31"]
    assert found(group("a", VISIBLE % "b") + f"- {VISIBLE % 'a'}\n") == ["WT128 4:31"]


def test_groups_that_no_form_shows_collide_with_nothing(found: Found) -> None:
    assert found(group("T", VISIBLE % "a") + group("T", BOUND % "b")) == []
    assert found(f"- {BOUND % 'a'}\n" + group("a", VISIBLE % "b")) == []


def test_a_title_may_be_the_id_of_a_member(found: Found) -> None:
    assert found(group("a", VISIBLE % "a")) == []
