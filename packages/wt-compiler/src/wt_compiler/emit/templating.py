"""The Jinja2 templates in `templates/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wt_compiler.emit.one_line import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent.parent / "templates"


def render(template: str, **context: Any) -> str:
    """The text of a template; a name that the context lacks is an error."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from wt_compiler.emit.template_cache import TemplateCache

    environment = Environment(  # noqa: S701 — what comes out is Python, TOML and Markdown, never HTML
        loader=FileSystemLoader(TEMPLATES),
        auto_reload=False,
        bytecode_cache=TemplateCache(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = cell
    return environment


def cell(text: object) -> str:
    """A text inside a cell of a Markdown table: one line, with bars, angle brackets and back ticks escaped."""
    line = one_line(str(text))
    for character in "\\`|<>*_[]":
        line = line.replace(character, f"\\{character}")
    return line
