from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from wt_cli.workflow_template import FILES, check_name, render, suggest_name


@given(st.text() | st.from_regex(r"[a-z0-9_-]{1,8}", fullmatch=True))
def test_a_name_that_is_taken_is_an_identifier_with_underscores(name):
    with suppress(ValueError):
        assert check_name(name).replace("-", "_").isidentifier()
        assert name.isascii()


@given(st.from_regex(r"[A-Za-z0-9 ._&-]{1,30}", fullmatch=True))
def test_a_suggested_name_needs_at_most_another_first_letter(directory):
    suggested = suggest_name(Path("/somewhere") / f"x{directory}")

    assert suggested.startswith("x")
    assert check_name(suggested) == suggested


def test_no_placeholder_stays_behind():
    for path, text in render("rain-fall", "Ada").items():
        assert "%%" not in path + text
        assert "{" not in path


def test_expressions_of_the_spec_stay_as_they_are():
    assert "${{ workflow.temperatures.return }}" in render("rain", "")["spec.yaml"]


def test_every_template_is_used():
    directory = Path(__file__).parents[1] / "src/wt_cli/templates"

    assert {path.name for path in directory.iterdir()} == {f"{name}.template" for name in FILES.values() if name}
