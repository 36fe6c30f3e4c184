"""Steps of a workflow that is used by another one, where it may be skipped as a whole."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final

from wt_contracts.skip import Skipped, SkipSentinel

GATE: Final = "sub-workflow"
"""The argument that says whether the workflow is skipped; no parameter can have that name."""

_WITH_ITS_WORKFLOW: Final = Skipped("the sub-workflow is skipped")


def gated(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is not called if its workflow is skipped; it can be sent wherever the function can."""
    around: Callable[..., Any] = unless_skipped_async if inspect.iscoroutinefunction(function) else unless_skipped
    return functools.partial(around, function)


def unless_skipped(function: Callable[..., Any], /, **values: Any) -> Any:
    """Call a function, unless its workflow is skipped."""
    return _WITH_ITS_WORKFLOW if isinstance(values.pop(GATE), SkipSentinel) else function(**values)


async def unless_skipped_async(function: Callable[..., Any], /, **values: Any) -> Any:
    """As `unless_skipped`, for a coroutine function."""
    return _WITH_ITS_WORKFLOW if isinstance(values.pop(GATE), SkipSentinel) else await function(**values)
