from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from wt_cli.project_answers import check_name, suggest_name


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


def test_letters_with_accents_are_suggested_without_them():
    assert suggest_name(Path("/somewhere/Été à Müri")) == "ete-a-muri"
