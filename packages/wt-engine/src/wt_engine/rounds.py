"""The rounds of a loop: which call comes next is known when the one before has ended."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Sequence
from typing import Any, Self

from wt_contracts.skip import Skipped

from wt_engine.injection import MISSING

LOOP, ROUND = "loop", "round"
"""How a step is called that is a loop, and the last part of the name of what makes its calls."""

Loop = Callable[..., Generator[Callable[[], Any], Any, Any]]
"""Yields calls, gets what each has returned, and returns the value of the loop."""


class Rounds:
    """A loop that has begun (a `wt_contracts.fan_out.FanOut` of as many calls as are known by now).

    Args:
        generator: Has not been asked for anything yet.
        first: What it has yielded first.
        value: What it has returned, if it has yielded nothing.

    Attributes:
        calls: The first call; none if the loop is over.
    """

    def __init__(self, generator: Generator[Any, Any, Any], first: Any = MISSING, value: Any = None) -> None:
        self._generator = generator
        self._value = value
        self.calls = [] if first is MISSING else [first]

    @classmethod
    def begin(cls, generator: Generator[Any, Any, Any]) -> Self | Skipped:
        """Ask for the first call; gives what says so if the step does not run."""
        try:
            return cls(generator, next(generator))
        except StopIteration as end:
            return end.value if isinstance(end.value, Skipped) else cls(generator, value=end.value)

    def after(self, result: Any) -> Any:
        """The call that comes after one that has returned this; `MISSING` if the loop is over."""
        try:
            return self._generator.send(result)
        except StopIteration as end:
            self._value = end.value
            return MISSING

    def gather(self, _: Sequence[Any]) -> Any:
        """The value of the loop."""
        return self._value


def beginning(loop: Loop) -> Callable[..., Rounds | Skipped]:
    """The function that begins a loop."""

    @functools.wraps(loop)
    def begin(**arguments: Any) -> Rounds | Skipped:
        return Rounds.begin(loop(**arguments))

    return begin
