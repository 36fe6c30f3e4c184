"""The `wt` command."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence

import click

from wt_cli.console import TerminalConsole
from wt_cli.failure import flush, report, silence
from wt_cli.group import CommandGroup

_COMPLETE = "_WT_COMPLETE"
_EPILOG = "'wt COMMAND --help' explains a command. Each command comes from an installed wt package."


def main(argv: Sequence[str] | None = None) -> int:
    """Run `wt` and return its exit code.

    Args:
        argv: The arguments; those of the process if None.

    Returns:
        0 for success, 1 if a task failed, 2 for wrong usage, a wrong spec or wrong parameters; the rest as
        `wt_cli.failure.report` says. A command that returns a whole number exits with it.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if argv is None:
        # What the process still holds at its end goes with it; looking for garbage in that takes as long as a command.
        atexit.register(gc.freeze)
    console = TerminalConsole()
    try:
        code = _invoke(list(sys.argv[1:] if argv is None else argv), console)
    except click.exceptions.Exit as end:
        code = end.exit_code
    except BaseException as failure:  # noqa: BLE001  the outermost frame: whatever it is, the user is told in one way
        code = _tell(failure, console)
    finally:
        console.pause()
    return flush(console, code)


def _invoke(args: list[str], console: TerminalConsole) -> int:
    if instruction := os.environ.get(_COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(wt, {}, "wt", _COMPLETE, instruction)
    with wt.make_context("wt", args, obj=console) as context:
        returned = wt.invoke(context)
    return returned if isinstance(returned, int) else 0


def _tell(failure: BaseException, console: TerminalConsole) -> int:
    if isinstance(failure, BrokenPipeError):
        silence(sys.stdout)
    try:
        return report(failure, console)
    except BrokenPipeError as closed:
        silence(sys.stdout)
        silence(sys.stderr)
        return report(closed, console)


def _choose_json(context: click.Context, _parameter: click.Parameter, chosen: bool) -> None:
    if chosen:
        console: TerminalConsole = context.obj
        console.json = True


def _show_versions(console: TerminalConsole) -> None:
    from wt_cli.version import installed_versions

    versions = installed_versions(entry_point.package for entry_point in wt.offers.values())
    if console.json:
        import json

        console.answer(json.dumps(versions, indent=2))
        return
    width = max(map(len, versions), default=0)
    console.answer("\n".join(f"{package:{width}}  {version}" for package, version in versions.items()))


@click.group(cls=CommandGroup, invoke_without_command=True, epilog=_EPILOG)
@click.option(
    "--json", is_flag=True, is_eager=True, expose_value=False, callback=_choose_json, help="Answer with JSON."
)
@click.option("--version", is_flag=True, help="Show the versions of the installed wt packages and exit.")
@click.pass_context
def wt(context: click.Context, version: bool) -> None:
    """Turn typed Python functions into reproducible workflows."""
    if version:
        _show_versions(context.obj)
        context.exit()
    if context.invoked_subcommand is None:
        context.obj.answer(context.get_help())
