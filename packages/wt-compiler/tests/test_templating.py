"""Text in templates."""

from __future__ import annotations

import minijinja
import pytest
from wt_compiler.emit.one_line import one_line
from wt_compiler.emit.templating import cell, render


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(minijinja.TemplateError):
        render("cli.py.jinja")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb", "a b"),
        ("  a \t b ", "a b"),
        ("a\u202eb\u0000", "a b"),
        ("\ud800x", "x"),
        ("", ""),
        ("Größe ☃", "Größe ☃"),
    ],
)
def test_text_becomes_one_visible_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_cell_holds_text_and_nothing_else() -> None:
    assert cell("a|b <c>\n*d* _e_ [f](g) `h` \\") == r"a\|b \<c\> \*d\* \_e\_ \[f\](g) \`h\` \\"
