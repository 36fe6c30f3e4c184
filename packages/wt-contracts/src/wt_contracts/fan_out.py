"""The calls of one step, for whoever runs them side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class FanOut(Protocol):
    """Calls that do not depend on each other, and what becomes of their results.

    Attributes:
        calls: What to call, in the order of the elements; coroutine functions if the task is one.
    """

    @property
    def calls(self) -> Sequence[Callable[[], Any]]:
        """What to call, in the order of the elements."""
        ...

    def gather(self, results: Sequence[Any]) -> Any:
        """The value of the step, from the results in the order of the calls."""
        ...
