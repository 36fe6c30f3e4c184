"""A limit for the memory that a block, a function or the process of a step may take."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

Memory = int | float
"""Bytes, as a whole number; or a fraction of the memory that is free, from above 0 to 1.0."""

F = TypeVar("F", bound=Callable[..., Any])


def checked_memory(limit: Any) -> Memory:
    """The limit, if it is one.

    Raises:
        ValueError: It is neither bytes nor a fraction.
    """
    right = isinstance(limit, int | float) and not isinstance(limit, bool)
    if not right or not (limit >= 1 if isinstance(limit, int) else 0 < limit <= 1):
        raise ValueError(f"memory must be bytes (a whole number) or a fraction of the free memory, not {limit!r}")
    found: Memory = limit
    return found


def bytes_of(limit: Memory) -> int:
    """A limit as bytes, as much as is free now."""
    return int(limit * free_memory()) if isinstance(limit, float) else limit


def exceeding(limit: int) -> str:
    """What is said of whoever took more than so many bytes."""
    return f"it took more than its {limit:,} bytes of memory"


def free_memory() -> int:
    """Bytes that can be taken without swapping (the kernel's own estimate)."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the kernel does not say how much memory is available")


class memory_limit:  # noqa: N801 - used like the functions of contextlib, and part of the published interface
    """Lets a block, or a function, take no more than so much memory beyond what its process has already.

    More makes the allocation fail with `MemoryError`. What is limited is the address space of the whole process
    (`RLIMIT_AS`), all of its threads included and its child processes not; reserved memory counts even where it is
    never touched. The limit before is restored at the end. Linux only.

    Args:
        limit: Bytes as a whole number, or a fraction (a float up to 1.0) of what is free when the block is entered.

    Raises:
        ValueError: It is neither.
        RuntimeError: On entering, where the system has no such limit.
    """

    def __init__(self, limit: Memory) -> None:
        self._limit = checked_memory(limit)
        self._before: list[tuple[tuple[int, int], int]] = []

    def __enter__(self) -> memory_limit:
        if sys.platform != "linux":
            raise RuntimeError(f"memory cannot be limited on {sys.platform}")
        import resource

        more = bytes_of(self._limit)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        before = resource.getrlimit(resource.RLIMIT_AS)
        most = pages * os.sysconf("SC_PAGE_SIZE") + more
        soft = min([most, *(limit for limit in before if limit != resource.RLIM_INFINITY)])
        resource.setrlimit(resource.RLIMIT_AS, (soft, before[1]))
        self._before.append((before, more))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import resource

        before, more = self._before.pop()
        resource.setrlimit(resource.RLIMIT_AS, before)
        if isinstance(error, MemoryError):
            raise MemoryError(exceeding(more)) from error

    def __call__(self, function: F) -> F:
        """The function, limited while it runs."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def limited(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await function(*args, **kwargs)
        else:

            @functools.wraps(function)
            def limited(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return function(*args, **kwargs)

        return limited  # type: ignore[return-value]  # it takes and gives what the function does
