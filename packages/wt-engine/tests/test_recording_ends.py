"""Every way in which a run ends is in its record, and so is a run that goes on."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from typing import Any

import pytest
from wt_engine import Event, EventType, Pipe, PipelineTerminalStatus, Stop, Suspend
from wt_engine.storage import InMemoryBackend, RunStatus
from wt_engine.testing import TestResult

from .resumable import run
from .talkative import everything

STATUS = PipelineTerminalStatus


@pytest.fixture
def store() -> InMemoryBackend:
    return InMemoryBackend()


def status_of(store: InMemoryBackend, result: TestResult) -> RunStatus:
    found = store.get_run(result.events[0].run_id)
    assert found is not None
    return found.status


def test_every_way_to_end_is_recorded(store: InMemoryBackend) -> None:
    def one(work: Callable[[], Any]) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe(store=store)
        pipe.step("one")(work)
        return pipe

    async def fail() -> None:
        raise ValueError("no")

    async def wait() -> None:
        await asyncio.Event().wait()

    async def stop() -> Any:
        return Stop

    async def suspend() -> Any:
        return Suspend({"ask": "me"})

    assert status_of(store, run(one(stop))) is RunStatus.SUCCESS
    assert status_of(store, run(one(fail))) is RunStatus.FAILED
    assert status_of(store, run(one(suspend))) is RunStatus.SUSPENDED
    assert status_of(store, run(one(wait), timeout=0.01)) is RunStatus.TIMEOUT
    failed = store.list_runs(RunStatus.FAILED)[0]
    assert (failed.error, failed.failed_step) == ("no", "one")
    assert store.list_runs(RunStatus.SUSPENDED)[0].reason == {"ask": "me"}
    assert all(found.duration_s is not None and found.ended_at is not None for found in store.list_runs())


def test_b8_a_consumer_that_stops_at_finish_leaves_a_whole_record(store: InMemoryBackend) -> None:
    async def read() -> Event:
        async for event in everything(store).run({}):
            if event.type is EventType.FINISH and event.stage == "system":
                return event
        raise AssertionError

    event = asyncio.run(read())
    gc.collect()

    kept = store.get_events(event.run_id)
    assert kept[-1].type == "finish"
    assert store.list_runs()[0].status is RunStatus.FAILED


@pytest.mark.parametrize("place", [1, 2, 5, 9, 14, 20])
def test_b8_a_consumer_that_leaves_is_in_the_record(store: InMemoryBackend, place: int) -> None:
    async def read() -> None:
        stream = everything(store).run({})
        for _ in range(place):
            await anext(stream)
        await stream.aclose()

    asyncio.run(read())

    found = store.list_runs()[0]
    kept = store.get_events(found.run_id)
    assert found.status is RunStatus.CLIENT_CLOSED
    assert kept[-1].type == "finish"
    assert kept[-1].payload["status"] == "client_closed"
    assert [event.seq for event in kept] == list(range(1, len(kept) + 1))


def test_b7_a_run_that_still_runs_can_be_listed_and_shown(store: InMemoryBackend) -> None:
    async def read() -> None:
        stream = everything(store).run({})
        event = await anext(stream)
        assert [found.status for found in store.list_runs()] == [RunStatus.RUNNING]
        assert [found.run_id for found in store.list_runs("running")] == [event.run_id]
        assert store.list_runs("interrupted") == []
        await stream.aclose()

    asyncio.run(read())


def test_runs_of_one_pipe_at_once_are_kept_apart(store: InMemoryBackend) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=store)

    @pipe.step(to="b")
    async def a(state: Any) -> None:
        await asyncio.sleep(0)
        state["a"] = state["n"]

    @pipe.step
    async def b() -> None:
        return None

    async def many() -> None:
        async def one(number: int) -> None:
            async for _ in pipe.run({"n": number}):
                pass

        await asyncio.gather(*(one(number) for number in range(50)))

    asyncio.run(many())

    runs = store.list_runs()
    assert len(runs) == 50
    assert all(len(store.get_steps(found.run_id)) == 2 for found in runs)


def test_observers_see_a_recorded_run_too(store: InMemoryBackend, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        run(everything(store), {})
    assert "observer" not in caplog.text
