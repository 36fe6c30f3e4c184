"""Recording runs: every event is kept, nothing starts before what it follows from is on disk."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from wt_engine import DefinitionError, Event, EventType, Pipe, PipelineTerminalStatus
from wt_engine.ends import Outcome
from wt_engine.storage import InMemoryBackend, SQLiteBackend
from wt_engine.storage.models import EventRow, StepRow

from .resumable import run
from .talkative import everything

STATUS = PipelineTerminalStatus


@pytest.fixture
def store() -> InMemoryBackend:
    return InMemoryBackend()


def about(event: Any) -> tuple[Any, ...]:
    return (
        event.seq,
        str(event.type),
        event.stage,
        event.run_id,
        event.origin_run_id,
        event.parent_run_id,
        str(event.node_kind),
        event.invocation_id,
        event.parent_invocation_id,
        event.owner_invocation_id,
        event.attempt,
        event.scope,
        event.timestamp,
    )


def test_the_store_misses_no_event(store: InMemoryBackend) -> None:
    result = run(everything(store), {})
    kept = store.get_events(result.events[0].run_id)

    assert [about(event) for event in kept] == [about(event) for event in result.events]
    for event, other in zip(result.events, kept, strict=True):
        if event.type in (EventType.STEP_START, EventType.STEP_END):
            assert other.meta == event.meta
    errors = [event for event in kept if event.type == "step_error"]
    assert [event.payload for event in errors] == ["once", "at last"]
    assert errors[1].meta is not None
    assert errors[1].meta["forensics"]["line"]
    assert kept[-1].payload["status"] == "failed"
    assert [event.payload for event in kept if event.type == "token"][::2] == ["a", "b'c'"]


def test_what_a_run_says_is_the_same_whether_it_is_recorded_or_not(store: InMemoryBackend) -> None:
    plain, recorded = run(everything(), {}), run(everything(store), {})

    assert [(e.seq, e.type, e.stage, e.attempt) for e in plain.events] == [
        (e.seq, e.type, e.stage, e.attempt) for e in recorded.events
    ]


def test_calls_are_kept_with_what_they_returned_and_changed(store: InMemoryBackend) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=store)

    @pipe.step(to="b")
    async def a(state: Any) -> Any:
        state["x"] = (1,)
        return {"data": 1}

    @pipe.step
    async def b(a: Any, state: Any) -> None:
        del state["old"]

    first, second = store.get_steps(run(pipe, {"old": 1}).events[0].run_id)

    assert (first.node, first.outcome, first.value) == ("a", Outcome.ENDED, '{"data": 1}')
    assert first.delta == '{"set": [["x", {"$": "tuple", "v": [1]}]]}'
    assert (second.value, second.delta) == (None, '{"set": [], "gone": ["old"]}')
    assert second.duration_s is not None
    assert second.duration_s >= 0


class Watched(InMemoryBackend):
    """Tells when rows reach the store."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = said

    def writer(self, durability: Any = "step") -> Any:
        writer, said = super().writer(durability), self.said

        class Telling:
            def __getattr__(self, name: str) -> Any:
                return getattr(writer, name)

            def write(self, steps: Sequence[StepRow], events: Sequence[EventRow]) -> None:
                writer.write(steps, events)
                said.extend(f"written {step.node}" for step in steps)

        return Telling()


@pytest.mark.parametrize("durability", ["step", "power"])
def test_nothing_starts_before_what_it_follows_from_is_written(durability: Any) -> None:
    said: list[str] = []
    pipe: Pipe[Any, Any] = Pipe(store=Watched(said), durability=durability)

    @pipe.step(to="items")
    async def a() -> None:
        said.append("ran a")

    @pipe.map(each="work", to="b")
    async def items() -> Any:
        said.append("ran items")
        return range(3)

    @pipe.step
    async def work(item: int) -> None:
        said.append("ran work")

    @pipe.step
    async def b() -> None:
        said.append("ran b")

    run(pipe)

    assert said[:4] == ["ran a", "written a", "ran items", "written items"]
    assert said.index("ran b") > max(place for place, text in enumerate(said) if text == "written work")
    assert said.count("written work") == 3


def test_independent_items_are_written_in_groups(store: InMemoryBackend) -> None:
    said: list[str] = []
    groups: list[int] = []

    class Grouped(Watched):
        def writer(self, durability: Any = "step") -> Any:
            inner = InMemoryBackend.writer(self, durability)

            class Counting:
                def __getattr__(self, name: str) -> Any:
                    return getattr(inner, name)

                def write(self, steps: Sequence[StepRow], events: Sequence[EventRow]) -> None:
                    inner.write(steps, events)
                    groups.append(len(steps))

            return Counting()

    pipe: Pipe[Any, Any] = Pipe(store=Grouped(said), queue_size=0)

    @pipe.map(each="work")
    async def items() -> Any:
        return range(1000)

    @pipe.step
    async def work(item: int) -> None:
        return None

    run(pipe)

    assert sum(groups) == 1002
    assert len(groups) < 100


def test_a_record_that_may_lag_is_whole_at_the_end(tmp_path: Path) -> None:
    store = SQLiteBackend(tmp_path / "runs.db")
    result = run(everything(store, durability="run"), {})

    kept = SQLiteBackend(tmp_path / "runs.db").get_events(result.events[0].run_id)
    assert [about(event) for event in kept] == [about(event) for event in result.events]


def test_a_path_is_a_store(tmp_path: Path) -> None:
    result = run(everything(str(tmp_path / "deep" / "runs.db")), {})

    assert SQLiteBackend(tmp_path / "deep" / "runs.db").get_run(result.events[0].run_id)


def test_persist_records_in_the_default_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WT_ENGINE_STORAGE", str(tmp_path / "default.db"))
    run(everything(persist=True, flush_interval=10), {})
    run(everything(persist=False), {})
    monkeypatch.setenv("WT_ENGINE_PERSIST", "yes")
    run(everything(), {})
    monkeypatch.delenv("WT_ENGINE_PERSIST")
    run(everything(), {})

    assert len(SQLiteBackend(tmp_path / "default.db").list_runs()) == 2


def test_nothing_is_recorded_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WT_ENGINE_STORAGE", str(tmp_path / "default.db"))
    run(everything(), {})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"durability": "never"}, {"flush_interval": 0}])
def test_a_wrong_choice_is_named(store: InMemoryBackend, wrong: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=next(iter(wrong))):
        run(everything(store, **wrong), {})


def test_what_runs_for_a_while_is_in_the_record_before_it_ends(store: InMemoryBackend) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=store)

    async def noted() -> bool:
        [run] = store.list_runs()
        return "waits" in [event.stage for event in store.get_events(run.run_id, "step_start")]

    @pipe.step
    async def waits() -> None:
        while not await noted():
            await asyncio.sleep(0)

    events = run(pipe)

    told = [(event.seq, event.type.value) for event in events.events]
    [kept] = store.list_runs()
    assert [(event.seq, event.type) for event in store.get_events(kept.run_id)] == told


def test_the_time_of_each_step_is_in_the_record_of_the_end(store: InMemoryBackend) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=store)
    tries: list[int] = []

    @pipe.step(to="second", retries=1)
    async def first() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("once")

    @pipe.step
    async def second() -> None: ...

    end = run(pipe).end

    [kept] = store.list_runs()
    [finish] = store.get_events(kept.run_id, "finish")
    live = {step: dataclasses.asdict(timing) for step, timing in end.metrics.step_latency.items()}
    assert finish.payload["metrics"]["step_latency"] == live
    assert live["first"]["count"] == 2


@pytest.mark.parametrize("hooked", [False, True])
def test_the_items_of_maps_are_announced_in_the_record_as_they_were(store: InMemoryBackend, hooked: bool) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True, queue_size=0)

    @pipe.map(each="work")
    async def numbers() -> Any:
        return range(600)

    @pipe.map(each="more")
    async def others() -> Any:
        return range(700)

    @pipe.step
    async def work(item: int) -> None: ...

    @pipe.step
    async def more(item: int) -> None: ...

    def odd(event: Event) -> Event:
        if event.type is EventType.MAP_WORKER and event.payload["index"] % 100 == 7:
            return event.replace(payload={"index": "seven"}, stage="elsewhere")
        return event

    if hooked:
        pipe.add_event_hook(odd)
    events = run(pipe).events

    [kept] = store.list_runs()
    told = [event for event in events if event.type is EventType.MAP_WORKER]
    read = store.get_events(kept.run_id, "map_worker")
    assert [(e.seq, e.stage, e.payload, e.invocation_id) for e in read] == [
        (e.seq, e.stage, e.payload, e.invocation_id) for e in told
    ]
    assert [(e.seq, e.type) for e in store.get_events(kept.run_id)] == [(e.seq, e.type.value) for e in events]
    assert store.recorded(kept.run_id).last_seq == events[-1].seq
