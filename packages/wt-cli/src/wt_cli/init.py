"""`wt init`: begin a workflow that runs at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Begin a workflow: a task library, a spec and tests that run at once.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--name", help="The workflow's name.  [default: the directory's]")
@click.option("--author", help="Who writes it.  [default: nobody is named]")
@click.option("--no-input", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@click.pass_obj
def init(
    console: Console, directory: Path, name: str | None, author: str | None, no_input: bool, as_json: bool
) -> None:
    """Write a task library, a spec that uses it, parameters and tests to DIRECTORY.

    No file is ever overwritten. What the options leave open is asked on a terminal.
    """
    from wt_cli.workflow_template import check_author, check_name, render, suggest_name

    console.json = console.json or as_json
    asking = console.interactive and not no_input
    name = _settle("name", name, suggest_name(directory), check_name, asking)
    author = _settle("author", author, "", check_author, asking)
    contents = render(name, author)
    write(directory, contents)
    if console.json:
        import json

        console.answer(json.dumps({"directory": str(directory), "files": sorted(contents)}, indent=2))
        return
    files = "\n".join(f"  {directory / path}" for path in sorted(contents))
    run = f"wt run {directory / 'spec.yaml'} --params {directory / 'params.yaml'}"
    console.answer(f"{files}\n\nTo run it:  {run}\nTo test it: python -m pytest {directory / f'{name}-tasks'}")


def write(directory: Path, contents: dict[str, str]) -> None:
    """Write new files: all of them or, if that fails, none.

    Args:
        directory: Where to; made if it is not there.
        contents: The content of every file by its relative path.

    Raises:
        DiagnosticError: If one of them exists already, or cannot be written.
    """
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    targets = {directory / path: text for path, text in contents.items()}
    if existing := [target for target in targets if target.exists() or target.is_symlink()]:
        hint = "choose another directory; 'wt init' overwrites nothing"
        raise DiagnosticError(
            [
                Diagnostic(code=Code.OUTPUT_NOT_OURS, message=f"{target} exists already", hint=hint)
                for target in existing
            ]
        )
    made: list[Path] = []
    try:
        for target, text in targets.items():
            _make_directory(target.parent, made)
            with target.open("x", encoding="utf-8") as file:
                made.append(target)
                file.write(text)
    except OSError as error:
        _take_back(made)
        message = f"{error.filename or directory} cannot be written: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message)) from None


def _make_directory(directory: Path, made: list[Path]) -> None:
    if directory.is_dir():
        return
    _make_directory(directory.parent, made)
    directory.mkdir()
    made.append(directory)


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def _settle(what: str, given: str | None, default: str, check: Callable[[str], str], asking: bool) -> str:
    """Take what was given, or ask, or take the default."""
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    def ask_again(answer: str) -> str:
        try:
            return check(answer)
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    if given is None and asking:
        answer: str = click.prompt(f"The {what}", default=default, value_proc=ask_again, err=True)
        return answer
    try:
        return check(default if given is None else given)
    except ValueError as error:
        hint = f"choose one with --{what}"
        raise DiagnosticError(Diagnostic(code=Code.WRONG_IDENTIFIER, message=str(error), hint=hint)) from None
