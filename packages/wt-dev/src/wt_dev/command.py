"""`wt-dev`: what the developers of wt do by command."""

from __future__ import annotations

import json
from pathlib import Path

import click

from wt_dev.member import Member, find_root, read_members


@click.group()
@click.pass_context
def wt_dev(context: click.Context) -> None:
    """Work on wt itself: build, check and release the packages of this checkout."""
    context.obj = find_root(Path.cwd())


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


@wt_dev.command()
@click.argument("packages", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
@click.option("--prefix", default="", help="Comes before the name of every distribution.")
@click.pass_obj
def build(root: Path, packages: tuple[str, ...], out: Path, prefix: str) -> None:
    """Build the wheels and source distributions of PACKAGES, or of all."""
    from wt_dev.distribution import build_all

    own = {member.name for member in _select(root, ())}
    build_all(_select(root, packages), out.resolve(), own=own, prefix=prefix)
    click.echo("\n".join(sorted(path.name for path in out.iterdir())))


@wt_dev.command()
@click.argument("since")
@click.pass_obj
def changed(root: Path, since: str) -> None:
    """Print the packages that the changes SINCE a commit concern and that have tests, as JSON."""
    from wt_dev.changed import changed_packages, changed_paths

    members = read_members(root)
    concerned = changed_packages(changed_paths(root, since), members)
    click.echo(json.dumps([name for name in concerned if not members[name].is_metapackage]))


@wt_dev.command()
@click.option("--write", is_flag=True, help="Write the lists into the READMEs.")
@click.pass_obj
def installs(root: Path, write: bool) -> None:
    """List what installing each package brings."""
    from wt_dev.installed_list import installed_list, installed_sets, with_list

    lists = {member: installed_list(member, installed_sets(member, root)) for member in _select(root, ())}
    for member, text in lists.items():
        click.echo(text)
        if write:
            readme = member.directory / "README.md"
            readme.write_text(with_list(readme.read_text(encoding="utf-8"), text), encoding="utf-8")


def _select(root: Path, names: tuple[str, ...]) -> list[Member]:
    """The packages that are released, or those of them that are named.

    Raises:
        click.BadParameter: If there is no such package.
    """
    released = {name: member for name, member in read_members(root).items() if member.is_released}
    for name in names:
        if name not in released:
            raise click.BadParameter(f"there is no package {name}; there are {', '.join(released)}")
    return [member for name, member in released.items() if not names or name in names]
