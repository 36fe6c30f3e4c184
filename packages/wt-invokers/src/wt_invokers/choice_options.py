"""The options of a command that say how a workflow is to run (`wt_contracts.cli.WorkflowChoices`)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option(
        "--execution-mode",
        type=click.Choice(["concurrent", "sequential"]),
        default="concurrent",
        help="Independent steps side by side (the default), or one step after the other.",
    ),
    click.option(
        "--record/--no-record", default=True, help="Keep a record in the results, from which the run can be resumed."
    ),
    click.option("--cpus", type=click.FloatRange(min=0), metavar="N", help="Processors for steps with 'cpu'."),
    click.option("--gpus", type=click.FloatRange(min=0), metavar="N", help="Graphics cards for steps with 'gpu'."),
    click.option("--cache/--no-cache", default=True, help="Take what cached steps returned before from the cache."),
    click.option("--mock-io", is_flag=True, help="Tasks that read or write return their recorded examples."),
)
_NAMES = ("execution_mode", "record", "cpus", "gpus", "cache", "mock_io")


def choice_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options; its function gets them as one mapping, `choices`."""

    @functools.wraps(function)
    def gathered(*args: Any, **given: Any) -> Any:
        choices = {name: given.pop(name) for name in _NAMES}
        return function(*args, choices=choices, **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered
