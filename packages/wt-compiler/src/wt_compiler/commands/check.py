"""`wt check`: everything that can be known about a spec before it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_compiler.commands.source_options import source_options, task_source
from wt_compiler.commands.spec_path import SpecPath

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_compiler.checking import Checked


@click.command(short_help="Check a spec without compiling it.")
@click.argument("spec", type=SpecPath(), metavar="SPEC")
@source_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="For people, for machines, as annotations of a pull request, or for code scanning.",
)
@click.option("--strict", is_flag=True, help="Let warnings fail the check.")
@click.option("--watch", is_flag=True, help="Check again whenever the spec or a task changes, until Ctrl-C.")
@click.pass_obj
def check(
    console: Console,
    spec: Path,
    registry: Path | None,
    env: str | None,
    discovery_timeout: float,
    form: str,
    strict: bool,
    watch: bool,
) -> int:
    """Check SPEC against the tasks that its environment offers.

    All mistakes are reported, each with its place and what to do. Exits 0 if there are none, else 2.
    """
    if form == "json":
        console.json = True
    from wt_contracts.diagnostics import DiagnosticError

    from wt_compiler.checking import Checked, Checker
    from wt_compiler.collector import no_garbage_collection

    checker = Checker(spec, task_source(registry, env, discovery_timeout), console.progress)
    if watch:
        if form != "text" or console.json:
            raise click.UsageError("'--watch' is for people: it goes with '--format text' alone")
        for checked in checker.watch():
            console.diagnose(checked.diagnostics)
            console.answer(_verdict(spec, checked, strict))
        return 0
    with no_garbage_collection():
        try:
            checked = checker.check()
        except DiagnosticError as error:
            checked = Checked(error.diagnostics, True, 0)
    return _report(console, spec, checked, form, strict)


def _report(console: Console, spec: Path, checked: Checked, form: str, strict: bool) -> int:
    failed = checked.failed or (strict and bool(checked.diagnostics))
    if form in {"github", "sarif"}:
        from wt_compiler.report_formats import as_github, as_sarif

        text = (as_github if form == "github" else as_sarif)(checked.diagnostics)
        if text:
            console.answer(text)
        return 2 if failed else 0
    from wt_contracts.diagnostics import DiagnosticError, format_json

    if failed:
        raise DiagnosticError(checked.diagnostics)
    if console.json:
        console.answer(format_json(checked.diagnostics))
    else:
        console.diagnose(checked.diagnostics)
        console.answer(_verdict(spec, checked, strict))
    return 0


def _verdict(spec: Path, checked: Checked, strict: bool) -> str:
    if checked.failed or (strict and checked.diagnostics):
        errors = sum(each.severity == "error" for each in checked.diagnostics) or len(checked.diagnostics)
        return f"{spec}: {errors} mistake{'s' * (errors != 1)}"
    count = checked.instances
    return f"{spec}: {count} task instance{'s' * (count != 1)}, no mistakes found"
