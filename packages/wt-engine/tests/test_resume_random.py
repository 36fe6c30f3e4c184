"""Random pipelines that are left at random events and resumed: the record always fits, and nothing in it runs again."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_engine import Event, FailureKind
from wt_engine.ends import Outcome
from wt_engine.errors import RunEndedError
from wt_engine.keeping import Keeping
from wt_engine.storage import InMemoryBackend

from .resumable import assert_closed
from .test_runner import Scenario

DONE = {Outcome.ENDED, Outcome.ENDED_ALONE, Outcome.SKIPPED, Outcome.JUMPED, Outcome.CHOSE, Outcome.AGAIN}


async def read(stream: Any, most: int) -> tuple[list[Event], bool]:
    """The first events of a stream, which then is left; and whether that was all of it."""
    events: list[Event] = []
    async for event in stream:
        events.append(event)
        if len(events) == most:
            await stream.aclose()
            return events, False
    return events, True


async def go_through(seed: int, chance: random.Random) -> None:
    store = InMemoryBackend()
    pipe = Scenario(seed).pipe
    pipe._keeping = Keeping(store)
    events, whole = await read(pipe.run({}), chance.choice([1, 3, 10, 30, 100, 10**6]))
    run_id = events[0].run_id
    for _ in range(6):
        if whole:
            assert FailureKind.INFRA not in {failure.kind for failure in events[-1].payload.errors}, events[-1].payload
        try:
            stream = pipe.resume(run_id)
        except RunEndedError:
            break
        events, whole = await read(stream, chance.choice([1, 3, 10, 30, 10**6, 10**6]))
        if whole:
            assert_closed(events)
    assert_recorded(store, run_id)


def assert_recorded(store: InMemoryBackend, run_id: str) -> None:
    told = store.get_events(run_id)
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    done = Counter(
        (step.run_id, step.node, step.parent, step.owner, step.position, step.attempt)
        for step in store.get_steps(run_id)
        if step.outcome in DONE
    )
    assert [call for call, count in done.items() if count > 1] == []


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_random_pipelines_go_on_wherever_they_were_left(seed: int, leaving: int) -> None:
    asyncio.run(asyncio.wait_for(go_through(seed, random.Random(leaving)), 30))


@pytest.mark.exhaustive
def test_very_many_of_them() -> None:
    chance = random.Random(random.randrange(10**6))
    for _ in range(3000):
        seed = chance.randrange(10**6)
        asyncio.run(asyncio.wait_for(go_through(seed, chance), 30))
