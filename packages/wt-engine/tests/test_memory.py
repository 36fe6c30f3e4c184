"""Blocks and functions that may take only so much memory."""

from __future__ import annotations

import asyncio
import resource
from typing import Any

import pytest
from wt_engine.memory import free_memory, memory_limit

MB = 1_000_000


def test_a_block_that_takes_more_fails_and_the_limit_ends_with_it() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError, match="more than its 100,000,000 bytes"), memory_limit(100 * MB):
        bytearray(500 * MB)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert len(bytearray(500 * MB)) == 500 * MB


def test_a_block_that_takes_less_is_left_alone() -> None:
    with memory_limit(400 * MB):
        assert len(bytearray(50 * MB)) == 50 * MB


def test_a_fraction_is_one_of_the_free_memory() -> None:
    with pytest.raises(MemoryError), memory_limit(0.01):
        bytearray(free_memory() // 10)


def test_functions_are_limited_while_they_run() -> None:
    @memory_limit(100 * MB)
    def sync(size: int) -> int:
        return len(bytearray(size))

    @memory_limit(100 * MB)
    async def awaited(size: int) -> int:
        await asyncio.sleep(0)
        return len(bytearray(size))

    assert sync(10 * MB) == asyncio.run(awaited(10 * MB)) == 10 * MB
    with pytest.raises(MemoryError):
        sync(500 * MB)
    with pytest.raises(MemoryError):
        asyncio.run(awaited(500 * MB))


def test_an_inner_limit_cannot_widen_an_outer_one() -> None:
    with memory_limit(100 * MB), pytest.raises(MemoryError), memory_limit(900 * MB):
        bytearray(500 * MB)


def test_other_failures_are_left_as_they_are() -> None:
    with pytest.raises(KeyError), memory_limit(100 * MB):
        raise KeyError


@pytest.mark.parametrize("limit", [0, -1, 1.5, 0.0, True, "1 GB", None])
def test_what_is_no_limit_is_refused(limit: Any) -> None:
    with pytest.raises(ValueError, match="or a fraction of the free memory"):
        memory_limit(limit)
