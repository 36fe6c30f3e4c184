"""A run whose event loop is shut down, as `asyncio.run` does after an interruption: every task in it is cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from wt_engine import Pipe


@pytest.mark.parametrize("items", [3, 8, 40])
@pytest.mark.parametrize("over", [0, 2])
def test_every_task_ends_by_being_cancelled(items: int, over: int) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.map(each="take", max_concurrency=8)
    def give() -> list[int]:
        return list(range(items))

    @pipe.step()
    async def take(item: int) -> None:
        if item >= over:
            await asyncio.Event().wait()

    async def shut_down() -> list[Any]:
        stream = pipe.run({})

        async def read() -> None:
            async for _ in stream:
                pass

        reader = asyncio.create_task(read())
        for _ in range(50):  # as far as it goes until everything waits
            await asyncio.sleep(0)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        ended, left = await asyncio.wait(tasks, timeout=20)
        assert reader in ended
        assert not left
        return [task.exception() for task in ended if not task.cancelled()]

    assert set(asyncio.run(shut_down())) <= {None}
