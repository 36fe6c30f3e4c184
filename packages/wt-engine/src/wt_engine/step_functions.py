"""What the steps of a workflow call, apart from what is written for them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from wt_engine.definition import Function, describe_function
from wt_engine.errors import StepTimeoutError
from wt_engine.injection import MISSING, Occasion, Parameters, Source, Surroundings, item_source


def untold(error: BaseException) -> BaseException:
    """What a step has raised; of a timeout, without the name of the step, which whoever tells of it says."""
    return TimeoutError(str(error).partition("' ")[2]) if isinstance(error, StepTimeoutError) else error


def _failure(_: Surroundings, call: Occasion) -> Any:
    return None if call.error is None else untold(call.error)


def _step(_: Surroundings, call: Occasion) -> Any:
    """The step as it was written: what makes the calls of a map, or the rounds of a loop, is a part of it."""
    return call.step_name if call.item is MISSING else call.step_name.rpartition(".")[0]


FAILURES: Final[Mapping[str, Source]] = {"error": _failure, "step_name": _step, "call": item_source}
"""What a handler is told by parameters of these names; its others are named after steps."""


def handling(handler: Callable[..., Any], values: Parameters) -> Function:
    """A function that handles failures.

    Args:
        handler: The function.
        values: Where its parameters get their values from that are named after steps.
    """
    told = [(name, FAILURES[name]) for name in inspect.signature(handler).parameters if name in FAILURES]
    return describe_function(handler, Parameters((*told, *values.sources), (), ()))


def nothing() -> None:
    """What a workflow without steps returns."""


def make_call(call: Callable[[], Any]) -> Any:
    """Call one of the calls of a map."""
    return call()


async def await_call(call: Callable[[], Any]) -> Any:
    """Await one of the calls of a map."""
    return await call()
