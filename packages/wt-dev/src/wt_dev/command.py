"""`wt-dev`: what the developers of wt do by command."""

from __future__ import annotations

import click


@click.group()
def wt_dev() -> None:
    """Work on wt itself."""


@wt_dev.command()
@click.option("--with", "requirements", multiple=True, metavar="REQUIREMENT", help="Another package of the index.")
@click.option("--own", multiple=True, metavar="NAME", help="Which of wt's own packages, with extras.")
def channel(requirements: tuple[str, ...], own: tuple[str, ...]) -> None:
    """Build a local conda channel of this checkout and print its URL."""
    from wt_contracts.diagnostics import DiagnosticError

    from wt_dev.channel import OWN, build_channel

    try:
        directory = build_channel(own or OWN, requirements, progress=lambda line: click.echo(line, err=True))
    except DiagnosticError as error:
        raise click.ClickException("\n".join(found.message for found in error.diagnostics)) from error
    click.echo(directory.as_uri())
