"""`wt fmt`: one way to write a spec."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_compiler.commands.spec_path import SpecPath

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Format specs: order and quoting; comments stay.")
@click.argument("specs", type=SpecPath(), metavar="SPEC…", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would change.")
@click.pass_obj
def fmt(console: Console, specs: tuple[Path, ...], check: bool) -> int:
    """Bring the keys of each SPEC into the usual order, and take away quotes that are not needed.

    Comments stay where they belong, and the spec says the same as before.
    """
    from wt_compiler.document import read_document
    from wt_compiler.spec_format import format_spec
    from wt_compiler.written import write_whole

    changed = 0
    for path in specs:
        read_document(path)  # which says what is wrong with a file that cannot be read
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        formatted = format_spec(text, str(path))
        if formatted == text:
            continue
        changed += 1
        if not check:
            write_whole(path, formatted.encode(), "the spec")
        console.answer(f"{'would format' if check else 'formatted'} {path}")
    if not changed:
        console.answer("nothing to format")
    return int(check and changed > 0)
