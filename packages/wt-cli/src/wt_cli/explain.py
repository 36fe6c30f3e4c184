"""`wt explain`: what a diagnostic code means and what to do about it."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console

PAGE = "diagnostics.md"
"""The page of the reference, which travels with the package; in a checkout it is a link to the page itself."""

_HEADING = re.compile(r"^### (WT\d+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


@click.command(short_help="Explain a diagnostic code.")
@click.argument("code")
@click.pass_obj
def explain(console: Console, code: str) -> None:
    """Explain the diagnostic CODE, such as WT123: what it means, an example, and what to do."""
    entries = explanations()
    wanted = code.strip().upper()
    wanted = wanted if wanted.startswith("WT") else f"WT{wanted}"
    if wanted not in entries:
        raise click.UsageError(_unknown(code, wanted, list(entries)))
    title, text = entries[wanted]
    if console.json:
        import json

        console.answer(json.dumps({"code": wanted, "title": title, "text": text}, indent=2, ensure_ascii=False))
        return
    console.answer(f"{wanted} {title}\n\n{text}")


def explanations() -> dict[str, tuple[str, str]]:
    """The title and the text of every code."""
    page = files("wt_cli").joinpath(PAGE).read_text(encoding="utf-8")
    found: dict[str, tuple[str, str]] = {}
    headings = list(_HEADING.finditer(page))
    for heading in headings:
        text = page[heading.end() :].partition("\n#")[0]
        found[heading[1]] = (heading[2], _plain(text))
    return found


def _plain(text: str) -> str:
    """Markdown without its links and stars, for a terminal."""
    return _LINK.sub(r"\1", text).replace("**What to do.**", "What to do:").strip("\n")


def _unknown(given: str, wanted: str, known: list[str]) -> str:
    from wt_contracts.diagnostics import near_miss

    meant = near_miss(wanted, known)
    return f"there is no diagnostic {given!r}" + (f"; did you mean {meant}?" if meant else "")
