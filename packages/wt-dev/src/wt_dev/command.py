"""`wt-dev`: what the developers of wt do by command."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from wt_dev.member import Member, find_root, read_members


class _Commands(click.Group):
    """Commands whose mistakes are told in a line."""

    def invoke(self, context: click.Context) -> object:
        """Run the command that was asked for."""
        from wt_dev.mistake import MistakeError

        try:
            return super().invoke(context)
        except MistakeError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
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
    from wt_dev.memory_files import use_memory

    use_memory()
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
@click.pass_obj
def refresh(root: Path) -> None:
    """Write what follows from the pyproject.toml files: recipes, and the lists of what each package installs."""
    from wt_dev.installed_list import installed_list, installed_sets, with_list
    from wt_dev.recipe import locked_extras, write_recipe

    members = read_members(root)
    extras = locked_extras(root)
    for member in _select(root, ()):
        (member.directory / "recipe.yaml").write_text(write_recipe(member, members, extras), encoding="utf-8")
        readme = member.directory / "README.md"
        text = installed_list(member, installed_sets(member, root))
        readme.write_text(with_list(readme.read_text(encoding="utf-8"), text), encoding="utf-8")


@wt_dev.command()
@click.argument("packages", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
@click.option("--channel", "others", multiple=True, help="Where Python and the rest come from; a local one by default.")
@click.pass_obj
def conda(root: Path, packages: tuple[str, ...], out: Path, others: tuple[str, ...]) -> None:
    """Build PACKAGES and what they stand on, or all: wheels, conda packages, and an indexed channel of them in OUT."""
    from wt_dev.conda_package import build_conda, local_others, with_dependencies
    from wt_dev.distribution import build_all

    members = {name: member for name, member in read_members(root).items() if member.is_released}
    chosen = with_dependencies([member.name for member in _select(root, packages)], members)
    build_all(chosen, out.resolve())
    channels = others or (local_others(chosen),)
    build_conda(chosen, out, out / "channel", channels)
    click.echo("\n".join(((out / "channel").resolve().as_uri(), *channels)))


@wt_dev.command()
@click.argument("package")
@click.argument("version")
@click.option("--draft", is_flag=True, help="Only print the section.")
@click.pass_obj
def changelog(root: Path, package: str, version: str, draft: bool) -> None:
    """Build the section of a VERSION in the changelog of a PACKAGE from its fragments."""
    from datetime import UTC, datetime

    from packaging.version import Version

    from wt_dev.changelog import build_changelog

    [member] = _select(root, (package,))
    click.echo(build_changelog(member, root, Version(version), day=datetime.now(UTC).date(), draft=draft))


@wt_dev.command()
@click.argument("package")
@click.option("--since", help="A commit; the last release of the package by default.")
@click.pass_obj
def api(root: Path, package: str, since: str | None) -> None:
    """Print what changed in the public API of a PACKAGE, as Markdown."""
    from wt_dev.public_api import api_changes
    from wt_dev.version import last_tag

    [member] = _select(root, (package,))
    before = since or last_tag(member, root)
    if before is None:
        click.echo(f"{package} has no release to compare with.")
        return
    changes = api_changes(member, root, str(before))
    click.echo(f"### {package} since {before}\n")
    for title, lines in (("May break callers", changes.breaking), ("New", changes.added)):
        click.echo(f"{title}: {'' if lines else 'nothing'}".rstrip())
        click.echo("".join(f"- `{line}`\n" for line in lines))


@wt_dev.command()
@click.argument("packages", nargs=-1)
@click.option("--test", "arguments", multiple=True, help="An argument for pytest.")
@click.pass_obj
def lowest(root: Path, packages: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    """Run the tests of PACKAGES, or of all, with the oldest dependencies that their bounds let in."""
    from wt_dev.lowest import lowest_environment, run_tests

    members = read_members(root)
    failed = []
    for member in _select(root, packages):
        if member.is_metapackage:
            continue
        with tempfile.TemporaryDirectory() as directory:
            installation = lowest_environment(member, members, root, Path(directory))
            click.echo(f"== {member.name}")
            if run_tests(member, installation, root, arguments) != 0:
                failed.append(member.name)
    if failed:
        raise click.ClickException(f"failed with the oldest dependencies: {', '.join(failed)}")


@wt_dev.group()
def release() -> None:
    """The steps that release the package of a tag, in this order."""


@release.command("build")
@click.argument("tag")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
@click.option("--prefix", default="", help="Comes before the name of every distribution.")
@click.option("--source", default="", metavar="URL", help="Where the repository is, for the metadata.")
@click.pass_obj
def release_build(root: Path, tag: str, out: Path, prefix: str, source: str) -> None:
    """Build the package of a TAG into OUT, and what it stands on, as of the same commit, into OUT/beside."""
    from wt_dev.conda_package import with_dependencies
    from wt_dev.distribution import build_all
    from wt_dev.release import tagged_member
    from wt_dev.version import parse_tag

    members = {member.name: member for member in _select(root, ())}
    member = tagged_member(parse_tag(tag), members)
    beside = [each for each in with_dependencies([member.name], members) if each is not member]
    build_all([member], out.resolve(), own=members, prefix=prefix, source=source)
    build_all(beside, out.resolve() / "beside", own=members, prefix=prefix)
    click.echo("\n".join(sorted(path.name for path in out.glob("*.*"))))


@release.command("conda")
@click.argument("tag")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
@click.option("--channel", "others", multiple=True, help="Where Python and the rest come from; a local one by default.")
@click.pass_obj
def release_conda(root: Path, tag: str, out: Path, others: tuple[str, ...]) -> None:
    """Build the conda package of a TAG under its own name, with its tests, into the channel OUT/conda/channel."""
    from wt_dev.conda_package import build_conda, local_others, with_dependencies
    from wt_dev.distribution import build_all
    from wt_dev.release import tagged_member
    from wt_dev.version import parse_tag

    members = {member.name: member for member in _select(root, ())}
    member = tagged_member(parse_tag(tag), members)
    chosen = with_dependencies([member.name], members)
    channels = others or (local_others(chosen),)
    sources = out.resolve() / "conda"
    build_all(chosen, sources)
    build_conda([each for each in chosen if each is not member], sources, sources / "beside", channels)
    build_conda([member], sources, sources / "channel", ((sources / "beside").as_uri(), *channels))


@release.command("check")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
def release_check(out: Path) -> None:
    """Check what was built, and try it outside the checkout."""
    from wt_dev.release import check_files, try_wheels

    check_files(out)
    with tempfile.TemporaryDirectory() as scratch:
        try_wheels(out, out / "beside", Path(scratch))
    click.echo("an index would take it; it installs alone, imports, and its commands answer")


@release.command("publish")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
@click.option("--index", required=True, help="Where uploads go: the URL of an index, or a file:// directory.")
@click.option("--channel", default="", help="The conda channel: a URL, or a file:// directory; none if empty.")
def release_publish(out: Path, index: str, channel: str) -> None:
    """Publish what was built, and the conda packages in OUT/conda/channel."""
    from wt_dev.release import publish_conda, publish_files

    publish_files(out, index)
    if channel:
        publish_conda(out / "conda/channel", channel)


@release.command("notes")
@click.argument("tag")
@click.pass_obj
def release_notes(root: Path, tag: str) -> None:
    """Print what the changelog says of the version of a TAG."""
    from wt_dev.changelog import release_notes
    from wt_dev.version import parse_tag

    found = parse_tag(tag)
    [member] = _select(root, (found.package,))
    click.echo(release_notes(member, found.version), nl=False)


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
