"""`wt env`: what environments there are, what is in them, removing and running them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_envs.units import shown_age, shown_bytes

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_envs.environment import Environment
    from wt_envs.inventory import Realised

_UNUSED_DAYS = 30.0


@click.group(short_help="List, show, prune and use the environments of workflows.")
def env() -> None:
    """Look after the environments that wt made.

    Workflows with the same locked packages share one. Any beginning of a digest names it.
    """


@env.command("list", short_help="List the environments.")
@click.pass_obj
def list_(console: Console) -> None:
    """List the environments that are there, the last used first."""
    from wt_envs.inventory import realised

    found = realised()
    if console.json:
        _answer_json(console, {"environments": [_describe(each) for each in found]})
        return
    if not found:
        console.answer("no environments; 'wt compile' and 'wt run' make them")
        return
    width = max(len(each.project) for each in found)
    for each in found:
        console.answer(
            f"{each.key[:12]}  {shown_bytes(each.size()):>9}  {shown_age(each.last_used):>12}  {each.project:{width}}"
        )


@env.command(short_help="Show what is installed in an environment.")
@click.argument("digest")
@click.pass_obj
def show(console: Console, digest: str) -> None:
    """Show the environment DIGEST: where it is, what it runs on, and its packages."""
    from wt_envs.inventory import find

    found = find(digest)
    if console.json:
        _answer_json(console, {**_describe(found), "packages": dict(found.packages())})
        return
    console.answer(f"digest    {found.environment.digest}")
    console.answer(f"place     {found.environment.prefix}")
    console.answer(f"python    {found.interpreter}")
    console.answer(f"made for  {found.project}")
    console.answer(f"last use  {shown_age(found.last_used)}")
    console.answer(f"size      {shown_bytes(found.size())}")
    for name, version in found.packages():
        console.answer(f"  {name} {version}")


@env.command(short_help="Remove environments that are not used any more.")
@click.option(
    "--older-than", type=click.FloatRange(min=0), default=_UNUSED_DAYS, show_default=True, help="Days without use."
)
@click.option("--all", "everything", is_flag=True, help="Remove all, however lately used.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.pass_obj
def prune(console: Console, older_than: float, everything: bool, dry_run: bool) -> None:
    """Remove the environments, locks and wheels that were not used for a while.

    Whatever is needed again is made again. Do not prune what a running workflow uses.
    """
    from wt_envs.inventory import prune as remove

    gone, freed = remove(older_than=0 if everything else older_than, dry_run=dry_run)
    if console.json:
        _answer_json(console, {"removed": [each.key for each in gone], "bytes": freed, "dry_run": dry_run})
        return
    verb = "would remove" if dry_run else "removed"
    for each in gone:
        console.answer(f"{verb} {each.key[:12]}  {each.project}")
    console.answer(f"{verb} {len(gone)} environment(s), {shown_bytes(freed)} with their locks and wheels")


@env.command(
    short_help="Run a command in an environment.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("digest")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def run(context: click.Context, digest: str, command: tuple[str, ...]) -> None:
    """Run COMMAND in the environment DIGEST, and exit with its exit code."""
    import subprocess

    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    from wt_envs.inventory import find
    from wt_envs.store import touch

    environment = find(digest).environment
    touch(environment.prefix)
    try:
        done = subprocess.run(environment.command(command), env=environment.environ(), check=False)
    except OSError as error:
        message = f"{command[0]} cannot be started in the environment {environment.prefix.name[:12]}: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.USAGE, message=message)) from error
    context.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


@env.command(short_help="Check that an environment is what was installed.")
@click.argument("digest")
@click.pass_obj
def verify(console: Console, digest: str) -> None:
    """Compare every file of the environment DIGEST with the hashes of its packages."""
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    from wt_envs.inventory import find
    from wt_envs.verify import damages

    found = find(digest)
    damaged = damages(found.environment.prefix)
    if damaged:
        shown = ", ".join(f"{each.path} ({each.problem})" for each in damaged[:5])
        more = ", …" if len(damaged) > len(damaged[:5]) else ""
        message = f"{len(damaged)} files of the environment {found.key[:12]} are not what was installed: {shown}{more}"
        hint = "`wt env prune --all` removes it; it is made again when it is needed"
        raise DiagnosticError(Diagnostic(code=Code.ENVIRONMENT_DAMAGED, message=message, hint=hint), exit_code=1)
    _answer(console, {**_describe(found), "intact": True}, f"{found.key[:12]} is what was installed")


@env.command(short_help="Print a lock for pip or conda.")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.pass_obj
def export(console: Console, workspace: Path) -> None:
    """Print what the lock of WORKSPACE installs here, for `pip install -r` or `conda create --file`."""
    from wt_envs.export import export as write
    from wt_envs.lock import read_lock

    lines = write(read_lock(workspace)).rstrip()
    _answer(console, {"lines": lines.splitlines()}, lines)


@env.command(short_help="Install the environment of a workspace in a place of its own.")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to.")
@click.pass_obj
def install(console: Console, workspace: Path, to: Path) -> None:
    """Install what the lock of WORKSPACE says into DIR, such as in a container image."""
    from wt_envs.lock import read_lock
    from wt_envs.realise import install as make

    environment = make(read_lock(workspace), to, progress=console.progress)
    _answer_place(console, environment, "installed")


@env.command(short_help="Write an environment into one file.")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default="env.tar.zst", show_default=True, metavar="FILE"
)
@click.pass_obj
def pack(console: Console, workspace: Path, output: Path) -> None:
    """Write the environment of WORKSPACE into one file, for machines without a network.

    There `wt env unpack` puts it where `wt run WORKSPACE` finds it.
    """
    from wt_envs.archive import pack as write
    from wt_envs.lock import read_lock
    from wt_envs.realise import realise

    environment = realise(read_lock(workspace), progress=console.progress)
    write(environment, output, progress=console.progress)
    size = output.stat().st_size
    described = {"file": str(output.absolute()), "bytes": size, "digest": environment.digest}
    _answer(console, described, f"packed to {output} ({shown_bytes(size)})")


@env.command(short_help="Put a packed environment in place.")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="DIR", help="Where to; by default where wt looks for it."
)
@click.pass_obj
def unpack(console: Console, archive: Path, to: Path | None) -> None:
    """Put the environment of ARCHIVE in place, checking every file of it."""
    from wt_envs.archive import unpack as read

    environment = read(archive, to=to, progress=console.progress)
    _answer_place(console, environment, "unpacked")


def _describe(each: Realised) -> dict[str, object]:
    return {
        "digest": each.environment.digest,
        "prefix": str(each.environment.prefix),
        "project": each.project,
        "interpreter": each.interpreter,
        "last_used": each.last_used,
        "bytes": each.size(),
    }


def _answer_place(console: Console, environment: Environment, done: str) -> None:
    described = {"digest": environment.digest, "prefix": str(environment.prefix)}
    _answer(console, described, f"{done} to {environment.prefix}")


def _answer(console: Console, described: Mapping[str, object], text: str) -> None:
    if console.json:
        _answer_json(console, described)
    else:
        console.answer(text)


def _answer_json(console: Console, answer: Mapping[str, object]) -> None:
    import json

    console.answer(json.dumps(answer, indent=2))
