"""The options that say where the task libraries are looked up; several commands have them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wt_compiler.environment import TaskSource

F = TypeVar("F", bound=Callable[..., Any])


def source_options(command: F) -> F:
    """Add `--registry`, `--env` and `--discovery-timeout`; `task_source` turns their values into one."""
    for option in (
        click.option(
            "--discovery-timeout",
            type=click.FloatRange(min=0, min_open=True),
            default=120.0,
            show_default=True,
            metavar="SECONDS",
            help="How long the task libraries may take to be imported.",
        ),
        click.option(
            "--env",
            type=click.Choice(["current"]),
            help="Look up tasks in the running Python environment instead of the spec's own.",
        ),
        click.option(
            "--registry",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Look up tasks in a stored output of `wt-registry --format json`.",
        ),
    ):
        command = option(command)
    return command


def task_source(registry: Path | None, env: str | None, discovery_timeout: float) -> TaskSource:
    """What the options say.

    Raises:
        click.UsageError: If they contradict each other.
    """
    from wt_compiler.environment import TaskSource

    if registry is not None and env is not None:
        raise click.UsageError("'--registry' and '--env' cannot be used together")
    return TaskSource(registry=registry, current=env == "current", timeout=discovery_timeout)
