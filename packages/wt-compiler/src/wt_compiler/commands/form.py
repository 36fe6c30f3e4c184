"""`wt form`: fill in the parameters of a workflow in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_compiler.commands.source_options import source_options, task_source
from wt_compiler.commands.spec_path import SpecPath

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_compiler.environment import TaskSource
    from wt_compiler.form_page import FormPage


@click.command(short_help="Fill in the parameters in a browser.")
@click.argument("what", type=SpecPath(), metavar="SPEC|WORKSPACE")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the page goes; by default <id>-form.html in the working directory.",
)
@click.option("--open/--no-open", "open_it", default=True, help="Whether to show the page; it is shown by default.")
@source_options
@click.pass_obj
def form(
    console: Console,
    what: Path,
    output: Path | None,
    open_it: bool,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
) -> None:
    """Show the form of SPEC or WORKSPACE in a browser.

    The page is one file that needs no server and no network. It saves what is filled in as a file that
    `wt run --params` takes.
    """
    page = _page(console, what, task_source(registry, env, discovery_timeout))
    from wt_compiler.written import write_whole

    target = output or Path(f"{page.name}-form.html")
    write_whole(target, page.to_html().encode(), "the page")
    shown = open_it and not console.json and click.launch(str(target.absolute())) == 0
    console.answer(f"wrote {target}" + ("" if shown or not open_it or console.json else "; open it in a browser"))


def _page(console: Console, what: Path, source: TaskSource) -> FormPage:
    from wt_compiler.form_page.source import of_spec, of_workspace

    if what.is_dir():
        return of_workspace(what)
    page, warnings = of_spec(what, source, console.progress)
    console.diagnose(warnings)
    return page
