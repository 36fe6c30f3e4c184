"""Cancelling: a token that whoever holds it may set, and everything below it obeys."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable

from wt_engine.errors import PipelineCancelled


class CancellationToken:
    """Says that work should end. May be cancelled from any thread.

    A token given to a `Pipe` cancels all runs of that pipe. Each run has a token of its own below it, which steps get
    by injection: cancelling that one ends this run and its sub-pipelines, and no later run.

    Args:
        parents: Tokens whose cancellation is this one's too.
    """

    def __init__(self, *parents: CancellationToken) -> None:
        self._reason: str | None = None
        self._cancelled = False
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._parents = parents
        for parent in parents:
            parent._watch(self, functools.partial(self._follow, parent))

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    @property
    def reason(self) -> str | None:
        """Why, or None as long as it was not."""
        return self._reason

    def cancel(self, reason: str = "cancelled") -> None:
        """Cancel everything that obeys this token; later calls change nothing.

        Args:
            reason: Why, for the record of the run.
        """
        if self._cancelled:
            return
        self._reason = reason
        self._cancelled = True
        for callback in list(self._callbacks.values()):
            callback()

    async def checkpoint(self) -> None:
        """Let others run, and give up here if the token was cancelled.

        Raises:
            PipelineCancelled: It was.
        """
        await asyncio.sleep(0)
        if self._cancelled:
            raise PipelineCancelled(self._reason)

    def watch(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the token is cancelled, in the thread that does it; at once if it already was."""
        self._watch(callback, callback)

    def release(self) -> None:
        """Let go of the parents, so that they do not remember every run there ever was."""
        for parent in self._parents:
            parent._callbacks.pop(id(self), None)
        self._callbacks.clear()

    def _follow(self, parent: CancellationToken) -> None:
        self.cancel(parent.reason or "")

    def _watch(self, key: object, callback: Callable[[], None]) -> None:
        self._callbacks[id(key)] = callback
        if self._cancelled:
            callback()
