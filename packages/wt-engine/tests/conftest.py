"""What the tests of the engine share: running a pipe, and the rules that every stream of events obeys."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wt_engine import Event, EventType, Pipe
from wt_engine.testing import TestResult
from wt_engine.workflow import Workflow

from .resumable import Broken

LIBRARIES = str(Path(__file__).parent / "libraries")

if LIBRARIES not in sys.path:  # worker processes take their path from here
    sys.path.insert(0, LIBRARIES)

Collect = Callable[..., TestResult]

_STARTS = (EventType.STEP_START,)
_ENDS = (EventType.STEP_END, EventType.STEP_ERROR)


@pytest.fixture
def collect() -> Collect:
    """Run a pipe to the end in a loop of its own; every stream is checked against the rules."""

    def run(pipe: Pipe[Any, Any], state: Any = None, **options: Any) -> TestResult:
        async def consume() -> TestResult:
            return TestResult([event async for event in pipe.run(state, **options)])

        result = asyncio.run(asyncio.wait_for(consume(), 30))
        assert_rules(result.events)
        return result

    return run


@pytest.fixture
def workflow() -> Workflow:
    """A workflow without steps."""
    return Workflow("sums")


@pytest.fixture
def events() -> list[Any]:
    """What a workflow tells, in order."""
    return []


@pytest.fixture
def rules() -> Callable[[list[Event]], None]:
    """Check a stream of events against the rules."""
    return assert_rules


def assert_rules(events: list[Event]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len({event.run_id for event in events}) == 1
    finishes = [e for e in events if e.type is EventType.FINISH and e.stage == "system"]
    assert finishes == [events[-1]]
    assert_pairs(events)
    assert_order(events)
    assert_maps(events)
    assert_counts(events)


def assert_pairs(events: list[Event]) -> None:
    """Every start is closed once, after it; nothing is closed that was not opened."""
    open_calls: set[str] = set()
    seen: set[str] = set()
    for event in events:
        call = event.invocation_id
        if call is None:
            continue
        if event.type in _STARTS:
            assert call not in seen
            seen.add(call)
            open_calls.add(call)
        elif event.type in _ENDS:
            assert call in open_calls, event
            open_calls.discard(call)
        else:
            assert call in open_calls, event
    assert not open_calls


def assert_order(events: list[Event]) -> None:
    """A step starts after the end of the one that caused it; what a map or a sub-pipeline does, while that is open."""
    open_calls: set[str] = set()
    for event in events:
        if event.invocation_id is None:
            continue
        if event.type in _ENDS:
            open_calls.discard(event.invocation_id)
        elif event.type in _STARTS:
            if event.parent_invocation_id is not None:
                owned = event.parent_invocation_id == event.owner_invocation_id
                assert (event.parent_invocation_id in open_calls) is owned, event
            open_calls.add(event.invocation_id)


def assert_maps(events: list[Event]) -> None:
    """MAP_START, every MAP_WORKER, the workers' calls, MAP_COMPLETE, the map's own end."""
    place = {id(event): number for number, event in enumerate(events)}
    for done in (event for event in events if event.type is EventType.MAP_COMPLETE):
        about = [event for event in events if event.invocation_id == done.invocation_id]
        workers = [event for event in about if event.type is EventType.MAP_WORKER]
        started = next(event for event in about if event.type is EventType.MAP_START)
        owned = [
            e for e in events if e.owner_invocation_id == done.invocation_id and e.invocation_id != done.invocation_id
        ]
        order = [started, *workers, *owned, done]
        assert sorted(place[id(event)] for event in order) == [place[id(event)] for event in order]
        assert len(workers) == started.payload["item_count"]
        assert place[id(done)] < max(place[id(event)] for event in about)


def assert_counts(events: list[Event]) -> None:
    """The metrics say what the stream says."""
    metrics = events[-1].payload.metrics
    seen = Counter(event.type.value for event in events[:-1])
    assert metrics.events == dict(seen)
    own = [event for event in events if event.origin_run_id == event.run_id]
    assert metrics.tasks.started == sum(event.type is EventType.STEP_START for event in own)
    assert metrics.tasks.completed == metrics.tasks.started


@pytest.fixture
def broken() -> Broken:
    """Steps that fail when they are told to."""
    return Broken()
