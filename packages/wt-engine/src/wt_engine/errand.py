"""A call that is made elsewhere: what goes there, and what comes back."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wt_engine.definition import Mode, mode_of
from wt_engine.isolation import Changes, IsolatedState


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an errand.

    Attributes:
        result: What the function returned; None if that was the state itself.
        changes: What it did to the state.
        gave_state: Whether it returned the state.
    """

    result: Any
    changes: Changes | None = None
    gave_state: bool = False


@dataclass(frozen=True, slots=True)
class Errand:
    """A call that is made elsewhere, on a copy of the state: in another process, or where an executor puts it.

    Attributes:
        step: Which step it is.
        function: What to call; a coroutine function gets a loop of its own.
        arguments: Its arguments, without the state.
        state_names: The arguments that get the state.
        state: The state, if one of them does.
        listed: Whether a generator's items are wanted, rather than the generator.
    """

    step: str
    function: Callable[..., Any]
    arguments: dict[str, Any]
    state_names: tuple[str, ...] = ()
    state: Any = field(default=None)
    listed: bool = False

    def __call__(self) -> Report:
        """Make the call.

        Raises:
            BaseException: Whatever the function raises.
        """
        if not self.state_names:
            return Report(self._called(self.arguments))
        isolated = IsolatedState(self.state)
        result = self._called({**self.arguments, **dict.fromkeys(self.state_names, isolated.work)})
        gave_state = result is isolated.work
        return Report(None if gave_state else result, isolated.changes(), gave_state)

    def _called(self, arguments: dict[str, Any]) -> Any:
        result = self.function(**arguments)
        if mode_of(self.function) is Mode.AWAIT:
            result = asyncio.run(result)
        if inspect.iscoroutine(result):
            result.close()
            raise TypeError(f"step '{self.step}' returned an awaitable (coroutine); await it and return what it gives")
        return list(result) if self.listed and inspect.isgenerator(result) else result


@dataclass(frozen=True, slots=True)
class Surrounded:
    """A function with middleware around it, put there where it runs: what a middleware makes cannot be pickled.

    Attributes:
        function: The function.
        middleware: What to put around it, the last one outermost.
        context: What each of them is told.
    """

    function: Callable[..., Any]
    middleware: tuple[Callable[..., Any], ...]
    context: Any

    def __call__(self, **arguments: Any) -> Any:
        """Call it."""
        function = self.function
        for wrap in self.middleware:
            function = wrap(function, self.context)
        result = function(**arguments)
        return asyncio.run(result) if mode_of(function) is Mode.AWAIT else result
