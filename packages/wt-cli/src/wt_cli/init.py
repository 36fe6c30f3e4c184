"""`wt init`: begin a workflow that runs at once."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console
    from wt_contracts.scaffold import BackEnd

_EXAMPLE = "temperatures"
_LICENCE = "BSD-3-Clause"


@click.command(short_help="Begin a workflow: a task library, a spec and tests that run at once.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--name", help="The workflow's name.  [default: the directory's]")
@click.option("--author", help="Who writes it.  [default: nobody is named]")
@click.option("--license", "licence", metavar="ID", help=f"Its licence, by SPDX, or none.  [default: {_LICENCE}]")
@click.option("--back-end", metavar="uv|conda", help="What makes its environment.  [default: uv]")
@click.option("--example", metavar="NAME", help=f"What to begin with; '?' lists them.  [default: {_EXAMPLE}]")
@click.option("--no-input", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@click.pass_obj
def init(
    console: Console,
    directory: Path,
    name: str | None,
    author: str | None,
    licence: str | None,
    back_end: str | None,
    example: str | None,
    no_input: bool,
    as_json: bool,
) -> None:
    """Write a task library, a spec that uses it, parameters, tests and what checks them on a push to DIRECTORY.

    No file is ever overwritten. What the options leave open is asked on a terminal.
    """
    from wt_contracts.scaffold import Project

    from wt_cli.project_answers import LICENCES, NO_LICENCE, check_author, check_name, suggest_name
    from wt_cli.templates_offered import Templates

    console.json = console.json or as_json
    templates = Templates()
    if example == "?":
        console.answer(templates.listing(as_json=console.json))
        return
    settle = _Settling(console.interactive and not no_input)
    name = settle.answer("name", name, suggest_name(directory), check_name)
    author = settle.answer("author", author, "", check_author)
    licence = settle.choice("license", licence, _LICENCE, LICENCES)
    back_end = settle.choice("back-end", back_end, "uv", ("uv", "conda"))
    example = settle.choice("example", example, _EXAMPLE, templates.names)
    chosen: BackEnd = "conda" if back_end == "conda" else "uv"
    project = Project(name, author, None if licence == NO_LICENCE else licence, chosen)
    contents = templates.render(example, project)
    write(directory, contents)
    if console.json:
        import json

        console.answer(json.dumps({"directory": str(directory), "files": sorted(contents)}, indent=2))
        return
    console.answer(_report(directory, contents, project.licence))


def _report(directory: Path, contents: Mapping[str, str], licence: str | None) -> str:
    lines = [f"  {directory / path}" for path in sorted(contents)] + [""]
    if licence is not None and "LICENSE" not in contents:
        lines.append(f"Put the text of the licence {licence} into {directory / 'LICENSE'}.")
    if "spec.yaml" in contents:
        params = ["--params", str(directory / "params.yaml")] if "params.yaml" in contents else []
        lines.append(f"To run it:  {shlex.join(['wt', 'run', str(directory / 'spec.yaml'), *params])}")
    libraries = [shlex.quote(str(directory / library)) for library in _libraries(contents)]
    lines += [f"To test it: python -m pytest {library}" for library in libraries]
    return "\n".join(lines).rstrip()


def _libraries(contents: Mapping[str, str]) -> list[str]:
    """The directories in which there is something for pytest."""
    return sorted({path.split("/tests/")[0] for path in contents if "/tests/" in path})


def write(directory: Path, contents: Mapping[str, str]) -> None:
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
        first, *others = existing
        more = f", and so {'does' if len(others) == 1 else 'do'} {len(others)} more of its files" if others else ""
        hint = "choose another directory; 'wt init' overwrites nothing"
        message = f"{first} exists already{more}"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_OURS, message=message, hint=hint))
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


class _Settling:
    """Takes what was given, or asks, or takes the default."""

    def __init__(self, asking: bool) -> None:
        self._asking = asking

    def choice(self, what: str, given: str | None, default: str, choices: tuple[str, ...]) -> str:
        """One of a few words.

        Raises:
            UsageError: It is none of them.
        """

        def check(answer: str) -> str:
            found = {each.lower(): each for each in choices}.get(answer.strip().lower())
            if found is None:
                raise ValueError(f"{answer!r} is none of {', '.join(choices)}")
            return found

        if given is None and self._asking:
            return self._ask(f"The {what} ({', '.join(choices)})", default, check)
        try:
            return check(default if given is None else given)
        except ValueError as error:
            raise click.UsageError(f"--{what}: {error}") from None

    def answer(self, what: str, given: str | None, default: str, check: Callable[[str], str]) -> str:
        """Any text that passes a check.

        Raises:
            DiagnosticError: It does not pass (WT114).
        """
        if given is None and self._asking:
            return self._ask(f"The {what}", default, check)
        try:
            return check(default if given is None else given)
        except ValueError as error:
            from wt_contracts.codes import Code
            from wt_contracts.diagnostics import Diagnostic, DiagnosticError

            hint = f"choose one with --{what}"
            raise DiagnosticError(Diagnostic(code=Code.WRONG_IDENTIFIER, message=str(error), hint=hint)) from None

    @staticmethod
    def _ask(prompt: str, default: str, check: Callable[[str], str]) -> str:
        def ask_again(answer: str) -> str:
            try:
                return check(answer)
            except ValueError as error:
                raise click.UsageError(str(error)) from None

        answer: str = click.prompt(prompt, default=default, value_proc=ask_again, err=True)
        return answer
