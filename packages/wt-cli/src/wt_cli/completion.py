"""`wt completion`: let the shell complete commands, options and file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console

_HOW = """Print the script that lets SHELL complete wt's commands and options.

\b
bash: add  eval "$(wt completion bash)"  to ~/.bashrc
zsh:  add  eval "$(wt completion zsh)"   to ~/.zshrc, after compinit
fish: wt completion fish > ~/.config/fish/completions/wt.fish
"""


@click.command(help=_HOW, short_help="Print the script that completes wt in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    console: Console = context.obj
    console.answer(complete(context.find_root().command, {}, "wt", "_WT_COMPLETE").source())
