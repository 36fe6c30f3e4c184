"""`wt provenance`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Say what a run was, or make a research object of it.")
@click.argument("run")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "ro-crate"]),
    default="text",
    help="A summary (the default), run.json, or an RO-Crate with the files of the run.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where the RO-Crate goes: a directory, or a file that ends in .zip.  [default: <run id>.crate.zip]",
)
@click.option("--workspace", type=click.Path(path_type=Path), help="The workspace that ran, if it has been moved.")
@click.option("--license", "licence", metavar="TEXT", help="The licence of the RO-Crate: a URL or its name.")
@click.option("--author", metavar="NAME", help="Who ran it, for the RO-Crate.")
@click.option(
    "--profile-version",
    type=click.Choice(["0.5", "0.6"]),
    help="Which version of the Workflow Run RO-Crate profiles it declares.  [default: 0.5]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def provenance(
    console: Console,
    run: str,
    form: Literal["text", "json", "ro-crate"],
    output: Path | None,
    workspace: Path | None,
    licence: str | None,
    author: str | None,
    profile_version: str | None,
    as_json: bool,
) -> int:
    """Say what RUN was: what ran, from what, where, and what came of it.

    RUN is a results directory, or the id of a run in ./results or the beginning of it. What files the run left is
    compared with what is there now.

    With --format ro-crate it writes a Provenance Run Crate (RO-Crate 1.1): a research object with copies of the
    workflow, the lock, the inputs and the results, which archives and other tools understand.
    """
    from wt_invokers.account import read_account, summarise
    from wt_invokers.recorded import run_in
    from wt_invokers.results import written_account

    if form != "ro-crate" and any((output, workspace, licence, author, profile_version)):
        options = "--output, --workspace, --license, --author and --profile-version"
        raise click.UsageError(f"{options} belong to --format ro-crate")
    directory = Path(run) if Path(run).is_dir() else run_in(Path("results"), run)
    account = read_account(directory)
    if form == "ro-crate":
        from wt_invokers.crate_target import write_crate

        target = output or Path(f"{account.run_id}.crate.zip")
        version = profile_version or "0.5"
        write_crate(account, directory, workspace, target, licence=licence, author=author, profile_version=version)
        console.answer(str(target))
    elif form == "json" or as_json or console.json:
        console.answer(written_account(account).decode().rstrip())
    else:
        console.answer(summarise(account, directory))
    return 0
