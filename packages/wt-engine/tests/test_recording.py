"""Recording runs: every event is kept, nothing starts before what it follows from is on disk, mistakes are clear."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from wt_engine import DefinitionError, Event, EventType, Pipe, PipelineTerminalStatus, Stop, Suspend
from wt_engine.codec import TaggedCodec
from wt_engine.ends import Outcome
from wt_engine.errors import UnrecordableError
from wt_engine.storage import InMemoryBackend, RunStatus, SQLiteBackend, StoreError
from wt_engine.storage.models import EventRow, StepRow
from wt_engine.testing import TestResult

STATUS = PipelineTerminalStatus


@pytest.fixture
def store() -> InMemoryBackend:
    return InMemoryBackend()


def run(pipe: Pipe[Any, Any], state: Any = None, **options: Any) -> TestResult:
    async def read() -> TestResult:
        return TestResult([event async for event in pipe.run(state, **options)])

    return asyncio.run(asyncio.wait_for(read(), 30))


def everything(store: Any = None, **options: Any) -> Pipe[Any, Any]:
    """A pipe with one of each thing that says something."""
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.map(each="deep")
    async def deeper() -> Any:
        return [1, 2]

    @inner.step
    async def deep(item: int) -> None:
        return None

    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True, **options)

    @pipe.map(each="work", to="choose")
    async def items() -> Any:
        return range(3)

    @pipe.step(retries=1, retry_wait_min=0, retry_wait_max=0)
    async def work(item: int, state: Any) -> int:
        state["tries"] = state.get("tries", 0) + 1
        if state["tries"] == 2:
            raise ValueError("once")
        return item

    @pipe.switch(to={"x": "talk"})
    async def choose() -> str:
        return "x"

    @pipe.step(to="sub")
    async def talk() -> Any:
        for word in ("a", object(), b"c"):
            yield word

    @pipe.sub(pipeline=inner, to="join")
    async def sub() -> Any:
        return {}

    @pipe.step(to="join")
    async def beside() -> None:
        return None

    @pipe.step(barrier_timeout=20)
    async def join() -> None:
        raise LookupError("at last")

    return pipe


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


# --- ends of runs -----------------------------------------------------------------------------------------------------


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


# --- what cannot be recorded ------------------------------------------------------------------------------------------


def test_a_state_that_cannot_be_recorded_is_refused_before_the_run(store: InMemoryBackend) -> None:
    ran: list[int] = []
    pipe: Pipe[Any, Any] = Pipe(store=store)
    pipe.step("a")(lambda: ran.append(1))

    with pytest.raises(UnrecordableError, match=r"its state\['deep'\]\[1\]: a _thread.lock cannot be written as data"):
        run(pipe, {"deep": [1, threading.Lock()]})
    assert ran == []
    assert store.list_runs() == []


def test_a_declared_type_that_cannot_be_recorded_is_refused_before_the_run(store: InMemoryBackend) -> None:
    @dataclasses.dataclass
    class Bad:
        fine: int
        guard: threading.Semaphore | None = None
        call: Callable[[], int] | None = None

    pipe: Pipe[Any, Any] = Pipe(Bad, store=store)
    pipe.step("a")(lambda: None)
    with pytest.raises(DefinitionError, match=r"the state\.\w+.*cannot be written as data"):
        run(pipe, Bad(1))

    other: Pipe[Any, Any] = Pipe(store=store)

    async def make() -> Callable[[], int]:
        return lambda: 1

    other.step("make", to="use")(make)
    other.step("use")(lambda make: None)
    with pytest.raises(DefinitionError, match="the value of step 'make' is declared as"):
        run(other)


def test_a_value_that_cannot_be_recorded_fails_its_step_with_its_place(store: InMemoryBackend) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True)

    @pipe.step(to="use")
    async def make() -> Any:
        return {"fine": 1, "bad": open}

    pipe.step("use")(lambda make: None)
    pipe.step("beside", to="after")(lambda: None)
    pipe.step("after")(lambda: None)
    result = run(pipe)

    error = result.find_error("make")
    assert error is not None
    assert "step 'make' cannot be recorded: its value['bad']: a builtins." in error.payload
    assert "test_recording.py:" in error.payload
    assert result.end.status is STATUS.FAILED
    assert result.was_called("after")
    assert not result.was_called("use")
    assert status_of(store, result) is RunStatus.FAILED


def test_a_state_that_a_step_makes_unrecordable_fails_that_step_only(store: InMemoryBackend) -> None:
    broken = True
    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True)

    @pipe.step
    async def bad(state: Any) -> None:
        state["bad"] = threading.Lock() if broken else "mended"

    @pipe.step(to="more")
    async def good(state: Any) -> None:
        state["good"] = 1

    @pipe.step
    async def more(state: Any) -> None:
        state["more"] = 2

    first = run(pipe, {})
    assert [(failure.step, "state['bad']" in failure.error) for failure in first.end.errors] == [("bad", True)]
    assert first.was_called("more")
    broken = False

    async def read() -> TestResult:
        return TestResult([event async for event in pipe.resume(first.events[0].run_id)])

    second = asyncio.run(read())
    assert second.step_starts == ["bad"]
    assert second.final_state == {"good": 1, "more": 2, "bad": "mended"}


def test_an_extension_of_the_codec_keeps_what_is_too_big_for_a_row_elsewhere(tmp_path: Path) -> None:
    class Frame:
        def __init__(self, cells: bytes) -> None:
            self.cells = cells

    class Frames:
        name = "frames"

        def takes(self, value: Any) -> bool:
            return isinstance(value, Frame)

        def write(self, value: Frame) -> str:
            path = tmp_path / str(len(list(tmp_path.iterdir())))
            path.write_bytes(value.cells)
            return str(path)

        def read(self, data: str) -> Frame:
            return Frame(Path(data).read_bytes())

    store = InMemoryBackend()
    fail = True
    pipe: Pipe[Any, Any] = Pipe(store=store, codec=TaggedCodec(extensions=[Frames()]))

    @pipe.step(to="use")
    async def make() -> Any:
        return [Frame(b"cells")]

    @pipe.step
    async def use(make: list[Frame], state: Any) -> None:
        if fail:
            raise ValueError
        state["cells"] = make[0].cells

    first = run(pipe, {})
    fail = False

    async def read() -> TestResult:
        return TestResult([event async for event in pipe.resume(first.events[0].run_id)])

    assert asyncio.run(read()).final_state == {"cells": b"cells"}
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"cells"]


def test_a_store_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_text("no store at all, and long enough to be read as one" * 50)
    ran: list[int] = []
    pipe: Pipe[Any, Any] = Pipe(store=tmp_path / "runs.db")
    pipe.step("a")(lambda: ran.append(1))

    with pytest.raises(StoreError, match="This is no store"):
        run(pipe)
    assert ran == []


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
