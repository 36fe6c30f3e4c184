"""The sub-commands of `wt`: found by entry point, imported when they are asked for."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import Any, NoReturn

import click

from wt_cli.entry_points import EntryPoint, entry_points

GROUP = "wt.commands"


class CommandGroup(click.Group):
    """A click group whose members are what the installed packages offer in the entry-point group `wt.commands`."""

    @cached_property
    def offers(self) -> dict[str, EntryPoint]:
        """The entry points by the name of the command."""
        return {entry_point.name: entry_point for entry_point in entry_points(GROUP, sys.path)}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names of all commands, sorted; none is imported."""
        return sorted(self.offers)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import a command; one that cannot be imported says so when it is called, and disturbs no other."""
        entry_point = self.offers.get(cmd_name)
        if entry_point is None:
            return None
        try:
            command = entry_point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001  a plugin may raise anything; see BrokenCommand
            return BrokenCommand(entry_point, f"{type(error).__name__}: {error}")
        if not isinstance(command, click.Command):
            return BrokenCommand(entry_point, f"{entry_point.value} is no click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name.

        Raises:
            DiagnosticError: If there is none; names the one that was meant.
        """
        name = args[0]
        if name not in self.offers and not name.startswith("-") and not ctx.resilient_parsing:
            _refuse(name, list(self.offers))
        return super().resolve_command(ctx, args)


class BrokenCommand(click.Command):
    """Stands for a command that cannot be imported.

    Args:
        entry_point: Where it should have been.
        reason: Why it is not there.
    """

    def __init__(self, entry_point: EntryPoint, reason: str) -> None:
        self.entry_point = entry_point
        self.reason = " ".join(reason.split())
        super().__init__(
            entry_point.name,
            short_help=f"(cannot be loaded: {self.reason})",
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
            add_help_option=False,
        )

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ARG002  click's signature
        """Say why it cannot be called.

        Raises:
            DiagnosticError: Always.
        """
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        message = f"the command {self.name!r} of {self.entry_point.package} cannot be loaded: {self.reason}"
        hint = f"install {self.entry_point.package} again; the other commands are not affected"
        raise DiagnosticError(Diagnostic(code=Code.COMMAND_BROKEN, message=message, hint=hint), exit_code=1)


def _refuse(name: str, known: list[str]) -> NoReturn:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss

    meant = near_miss(name, known)
    hint = f"did you mean 'wt {meant}'?" if meant else "'wt --help' lists the commands"
    raise DiagnosticError(Diagnostic(code=Code.USAGE, message=f"there is no command {name!r}", hint=hint))
