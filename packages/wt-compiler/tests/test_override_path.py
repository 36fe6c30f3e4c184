"""Reading the path of an override."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.override_path import PathError, first, split


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a", ("a",)),
        ("a.properties.b", ("a", "properties", "b")),
        ('"a.b".title', ("a.b", "title")),
        ('a."b.c"', ("a", "b.c")),
        (r'"say \"v1.0\" \\ now".x', (r'say "v1.0" \ now', "x")),
        ('The "big" look.title', ('The "big" look', "title")),
        ("uiSchema.ui:options.label", ("uiSchema", "ui:options", "label")),
    ],
)
def test_a_path_has_parts(path: str, parts: tuple[str, ...]) -> None:
    assert split(path) == parts


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", '""', 'a.""', '"a".', '"a', '"a"b', 'a."b.c', '"a\\"'])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        split(path)


@given(st.lists(st.text(min_size=1), min_size=1))
def test_any_names_can_be_written_in_quotes(names: list[str]) -> None:
    quoted = ['"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names]
    assert split(".".join(quoted)) == tuple(names)


@given(st.text())
def test_any_text_is_a_path_or_refused(text: str) -> None:
    with suppress(PathError):
        assert all(split(text))


def test_a_known_name_with_dots_needs_no_quotes() -> None:
    assert first(("Ver", "2", "title"), ["Ver", "Ver.2"]) == ("Ver.2", ("title",))
    assert first(("new", "title"), ["Ver"]) == ("new", ("title",))
    assert first((), ["Ver"]) == ("", ())
