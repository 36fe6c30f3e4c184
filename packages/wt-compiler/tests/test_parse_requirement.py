"""Requirements and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_contracts.diagnostics import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]


def check(diagnose: Diagnose, *requirements: str) -> list[Diagnostic]:
    listed = "".join(f"  - {requirement}\n" for requirement in requirements)
    return diagnose(f"id: demo\nrequirements:\n{listed}workflow: []\n")


def test_all_forms_are_accepted(diagnose: Diagnose) -> None:
    assert (
        check(
            diagnose,
            '{name: pandas, version: ">=2,<3", source: pypi}',
            "{name: acme, path: ../acme, editable: true}",
            "{name: acme-git, git: https://example.com/acme.git, tag: v1, subdirectory: py, extras: [io]}",
            "{name: acme-url, url: https://example.com/acme.whl}",
            "{name: gdal, version: 3.9.*, channel: conda-forge}",
            '{requirement: "conda-forge::polars >=2"}',
        )
        == []
    )


def test_every_wrong_requirement_is_reported_at_its_place(diagnose: Diagnose) -> None:
    found = check(
        diagnose,
        "pandas",
        "{version: '1'}",
        "{name: a, version: 1.5}",
        "{name: a, path: x, sorce: pypi}",
        "{name: a, path: x, git: y}",
        "{name: a b, path: x}",
    )
    assert [f"{item.code} {item.line}:{item.column}" for item in found] == [
        "WT112 3:5",
        "WT115 4:5",
        "WT115 5:15",
        "WT115 6:24",
        "WT115 7:24",
        "WT115 8:6",
    ]


def test_a_number_as_a_version_is_to_be_quoted(diagnose: Diagnose) -> None:
    (found,) = check(diagnose, "{name: a, version: 1.10}")
    assert "in quotes" in found.message


def test_a_misspelt_key_has_a_near_miss(diagnose: Diagnose) -> None:
    found = check(diagnose, "{name: a, versoin: '1'}")
    assert any("did you mean 'version'?" in item.message for item in found)


@pytest.mark.parametrize(
    "requirement",
    ["{name: [a]}", "{name: {a: b}}", "[]", "{}", "{requirement: 5}", "{source: 3}", "{name: a, path: []}"],
)
def test_no_words_of_a_library_reach_the_user(requirement: str, diagnose: Diagnose) -> None:
    found = check(diagnose, requirement)
    assert found
    for item in found:
        assert "pydantic" not in item.message
        assert "Input should" not in item.message


def test_two_requirements_for_one_name_are_reported_at_the_second(diagnose: Diagnose) -> None:
    (found,) = check(diagnose, "{name: Acme_Io, version: '1'}", "{name: acme-io, path: ../acme}")
    assert (found.code, found.line, found.column) == ("WT115", 4, 5)
    assert found.message == "acme-io is required twice, first in line 3, column 5"
