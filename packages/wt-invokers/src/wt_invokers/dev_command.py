"""`wt dev`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Run a spec again whenever it or its tasks change.")
@click.argument("spec", type=click.Path(path_type=Path), metavar="SPEC")
@click.option("-p", "--params", "params_file", type=click.Path(path_type=Path), help="The parameters, YAML or JSON.")
@click.option("--set", "assignments", metavar="STEP.PARAM=VALUE", multiple=True, help="Set one parameter; repeatable.")
@click.option("--results", metavar="DIR", help="Where the results go, each time.  [default: results/<id>/dev]")
@click.option("--fresh", is_flag=True, help="Run everything the first time.")
@click.option("--open", "open_it", is_flag=True, help="Show the page or picture of the first run that makes one.")
@click.pass_obj
def dev(
    console: Console,
    spec: Path,
    params_file: Path | None,
    assignments: tuple[str, ...],
    results: str | None,
    fresh: bool,
    open_it: bool,
) -> int:
    """Compile and run SPEC, then wait, and do it again whenever something that it depends on is saved.

    That is the spec, the specs that it uses, the sources of the libraries that it requires by path, and the file of
    parameters. Only what changed runs again, whether or not the spec caches it: steps whose task, or whatever it calls
    in those libraries, is another one, and steps that get other arguments or other files. What a task reads elsewhere
    (a URL, a database, the clock) is not seen: begin with --fresh.

    A mistake is told, and the next change awaited. Ctrl-C ends it.
    """
    from wt_contracts.diagnostics import DiagnosticError

    from wt_invokers.dev_loop import DevLoop, find_watcher
    from wt_invokers.params import STDIN
    from wt_invokers.target import spec_of

    if console.json:
        raise click.UsageError("'wt dev' is for people: it has no answer in JSON")
    if params_file == STDIN:
        raise click.UsageError("'wt dev' reads the parameters again and again: give them in a file")
    written = spec_of(spec)
    if written is None:
        raise click.UsageError(f"{spec} is no spec: there is nothing to compile again")
    loop = DevLoop(written, params_file, assignments, results, console)
    watch = find_watcher()
    try:
        for changed in watch(written, [params_file] if params_file else []):
            if changed:
                console.answer(f"\nchanged: {_named(changed)}")
            try:
                shown = loop.run(fresh=fresh, open_it=open_it)
                fresh, open_it = False, open_it and not shown
            except DiagnosticError as error:
                console.progress("")
                console.diagnose(error.diagnostics)
            console.answer("waiting for changes; Ctrl-C ends it")
    except KeyboardInterrupt:
        console.progress("")
    return 0


def _named(paths: Iterable[Path]) -> str:
    """The first few of some files, as seen from here."""
    import os

    names = sorted({os.path.relpath(path) for path in paths})
    return f"{', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
