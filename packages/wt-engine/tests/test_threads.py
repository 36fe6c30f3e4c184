"""Where sync steps run: as many threads as calls need, and no more."""

from __future__ import annotations

import asyncio
import threading

import pytest
from wt_engine import threads
from wt_engine.threads import Threads


def test_calls_that_wait_for_each_other_run_at_once():
    everybody = threading.Barrier(32)

    async def run() -> list[int]:
        pool = Threads()
        met = await asyncio.gather(*(pool.call(everybody.wait, abandon=True) for _ in range(32)))
        pool.close()
        return met

    assert sorted(asyncio.run(run())) == list(range(32))


def test_calls_that_take_no_time_share_threads():
    async def run() -> set[int]:
        pool = Threads()
        found = await asyncio.gather(*(pool.call(threading.get_ident, abandon=True) for _ in range(64)))
        pool.close()
        return set(found)

    assert len(asyncio.run(run())) < 64


def test_a_call_that_nobody_waits_for_any_more_does_not_begin(monkeypatch):
    monkeypatch.setattr(threads, "PATIENCE", 3600)
    busy, free = threading.Event(), threading.Event()
    begun = []

    def hold() -> None:
        busy.set()
        free.wait(60)

    async def run() -> None:
        pool = Threads()
        first = asyncio.create_task(pool.call(hold, abandon=True))
        await asyncio.get_running_loop().run_in_executor(None, busy.wait)
        second = asyncio.create_task(pool.call(lambda: begun.append("second"), abandon=False))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        free.set()
        await first
        await pool.call(lambda: begun.append("third"), abandon=True)
        pool.close()

    asyncio.run(run())

    assert begun == ["third"]


def test_the_threads_end_with_the_run():
    async def run() -> list[threading.Thread]:
        pool = Threads()
        serving = await asyncio.gather(*(pool.call(threading.current_thread, abandon=True) for _ in range(8)))
        pool.close()
        return serving

    for thread in asyncio.run(run()):
        thread.join(60)
        assert not thread.is_alive()
