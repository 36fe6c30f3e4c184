"""Where a call runs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")


@runtime_checkable
class Executor(Protocol):
    """Runs calls somewhere: two methods, the shape of `concurrent.futures.Executor`.

    Everything of that shape fits: the pools of the standard library, Dask's `client.get_executor()`, loky, MPI pools.
    """

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Start `fn(*args, **kwargs)` and return its future at once."""
        ...

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Free what the executor holds; with `cancel_futures`, drop what has not started."""
        ...
