"""What the steps of a workflow call, apart from what is written for them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from wt_engine.definition import Function, describe_function
from wt_engine.injection import Parameters, Source, error_source, item_source, step_name_source

FAILURES: Final[Mapping[str, Source]] = {"error": error_source, "step_name": step_name_source, "call": item_source}
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
