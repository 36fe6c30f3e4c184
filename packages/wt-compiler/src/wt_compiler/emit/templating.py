"""The Jinja templates in `templates/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wt_compiler.emit.one_line import one_line

if TYPE_CHECKING:
    from minijinja import Environment

TEMPLATES = Path(__file__).parent.parent / "templates"


def render(template: str, **context: Any) -> str:
    """The text of a template; a name that the context lacks is an error."""
    return _environment().render_template(template, **context)


@cache
def _environment() -> Environment:
    from minijinja import Environment

    return Environment(
        loader=lambda name: (TEMPLATES / name).read_text(encoding="utf-8"),
        auto_escape_callback=lambda _: False,  # what comes out is Python, TOML and Markdown
        undefined_behavior="strict",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        filters={"cell": cell},
    )


def cell(text: object) -> str:
    """A text inside a cell of a Markdown table: one line, with bars, angle brackets and back ticks escaped."""
    line = one_line(str(text))
    for character in "\\`|<>*_[]":
        line = line.replace(character, f"\\{character}")
    return line
