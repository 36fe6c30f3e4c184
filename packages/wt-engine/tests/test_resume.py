"""Resuming a recorded run: it goes on where its record ends, and nothing that was recorded runs twice."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel
from wt_engine import (
    BarrierType,
    DefinitionError,
    Event,
    EventType,
    Pipe,
    PipelineTerminalStatus,
    PipelineValidationWarning,
    Raise,
    Retry,
    Skip,
    Stop,
    Suspend,
    Value,
)
from wt_engine.errors import RunEndedError, UnrecordableError
from wt_engine.fingerprint import PlanChangedError
from wt_engine.storage import InMemoryBackend, RunNotFoundError, RunStatus, StoreError
from wt_engine.testing import TestResult

STATUS = PipelineTerminalStatus


class Broken:
    """Steps that fail as long as they are told to, and remember what ran."""

    def __init__(self) -> None:
        self.store = InMemoryBackend()
        self.failing: set[str] = set()
        self.calls: list[str] = []

    def ran(self, name: str) -> None:
        self.calls.append(name)
        if name in self.failing:
            raise RuntimeError(f"{name} is broken")

    def again(self, *failing: str) -> list[str]:
        """Forget what ran, and let these fail from now on; returns what had run."""
        ran, self.calls, self.failing = self.calls, [], set(failing)
        return ran


@pytest.fixture
def broken() -> Broken:
    return Broken()


def consume(events: Any) -> TestResult:
    async def read() -> TestResult:
        return TestResult([event async for event in events])

    return asyncio.run(asyncio.wait_for(read(), 30))


def run(pipe: Pipe[Any, Any], state: Any = None, **options: Any) -> TestResult:
    async def read() -> TestResult:
        return TestResult([event async for event in pipe.run(state, **options)])

    return asyncio.run(asyncio.wait_for(read(), 30))


def resume(pipe: Pipe[Any, Any], run_id: str, **options: Any) -> TestResult:
    async def read() -> TestResult:
        return TestResult([event async for event in pipe.resume(run_id, **options)])

    result = asyncio.run(asyncio.wait_for(read(), 30))
    assert_closed(result.events)
    return result


def assert_closed(events: list[Event]) -> None:
    """In what a resumed run says, every start has one end and nothing ends that did not start; numbers go on."""
    numbers = [event.seq for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    opened: set[str | None] = set()
    for event in events:
        if event.invocation_id is None:
            continue
        if event.type is EventType.STEP_START:
            assert event.invocation_id not in opened
            opened.add(event.invocation_id)
        elif event.type in (EventType.STEP_END, EventType.STEP_ERROR):
            opened.remove(event.invocation_id)
    assert not opened
    own = [event for event in events if event.origin_run_id == event.run_id]
    tasks = events[-1].payload.metrics.tasks
    assert (tasks.started, tasks.completed) == (sum(e.type is EventType.STEP_START for e in own),) * 2, events
    assert tasks.started == tasks.completed == sum(event.type is EventType.STEP_START for event in own)


def run_id(result: TestResult) -> str:
    return result.events[0].run_id


def chain(broken: Broken, *names: str, **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(name="chain", store=broken.store, **options)
    for place, name in enumerate(names):

        def work(state: Any, name: str = name) -> None:
            broken.ran(name)
            state.setdefault("seen", []).append(name)

        pipe.step(name, to=names[place + 1] if place + 1 < len(names) else None)(work)
    return pipe


def test_a_failed_run_goes_on_with_the_step_that_failed(broken: Broken) -> None:
    pipe = chain(broken, "a", "b", "c")
    broken.again("b")
    first = run(pipe, {})
    assert broken.again() == ["a", "b"]

    second = resume(pipe, run_id(first))

    assert broken.calls == ["b", "c"]
    assert second.end.status is STATUS.SUCCESS
    assert second.final_state == {"seen": ["a", "b", "c"]}


def test_a_resumed_run_keeps_its_id_and_its_events_their_numbers(broken: Broken) -> None:
    pipe = chain(broken, "a", "b")
    broken.again("b")
    first = run(pipe, {})
    broken.again()

    second = resume(pipe, run_id(first))

    assert second.events[0].run_id == run_id(first)
    assert second.events[0].type is EventType.START
    assert second.events[0].meta == {"resumed": 1}
    assert second.events[0].seq == first.events[-1].seq + 1
    told = broken.store.get_events(run_id(first))
    assert [event.seq for event in told] == list(range(1, len(first.events) + len(second.events) + 1))
    assert [event.type for event in told] == [event.type.value for event in first.events + second.events]
    assert [event.stage for event in told] == [event.stage for event in first.events + second.events]
    assert [event.invocation_id for event in told] == [e.invocation_id for e in first.events + second.events]
    record = broken.store.get_run(run_id(first))
    assert record is not None
    assert (record.status, record.resumed, record.error) == (RunStatus.SUCCESS, 1, None)


def test_a_run_is_resumed_as_often_as_it_takes(broken: Broken) -> None:
    pipe = chain(broken, "a", "b", "c")
    broken.again("a")
    first = run(pipe, {})
    for failing in ("a", "b", "c"):
        broken.again(failing)
        assert resume(pipe, run_id(first)).end.failed_step == failing
    broken.again()

    assert resume(pipe, run_id(first)).final_state == {"seen": ["a", "b", "c"]}
    assert broken.calls == ["c"]


def test_what_steps_have_returned_is_there_again(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step(to="use")
    async def make() -> Any:
        broken.ran("make")
        return {1: (2, {3})}

    @pipe.step
    async def use(make: Any, state: Any) -> None:
        broken.ran("use")
        state["got"] = make

    broken.again("use")
    first = run(pipe, {})
    broken.again()

    assert resume(pipe, run_id(first)).final_state == {"got": {1: (2, {3})}}
    assert broken.calls == ["use"]


@dataclasses.dataclass
class Order:
    number: int
    items: list[tuple[str, int]] = dataclasses.field(default_factory=list)
    note: str | None = None


class Basket(BaseModel):
    owner: str
    items: dict[str, int] = {}
    _checked: bool = False


class Plain:
    def __init__(self) -> None:
        self.seen: list[str] = []


@pytest.mark.parametrize("state", [Order(3), Basket(owner="me"), Plain(), {"seen": []}])
def test_a_state_of_any_kind_is_there_again(broken: Broken, state: Any) -> None:
    pipe: Pipe[Any, Any] = Pipe(type(state), store=broken.store)

    @pipe.step(to="second")
    async def first(state: Any) -> None:
        if isinstance(state, Order):
            state.items.append(("a", 1))
            state.note = "noted"
        elif isinstance(state, Basket):
            state.items["a"] = 1
            state._checked = True
        elif isinstance(state, Plain):
            state.seen.append("first")
        else:
            state["seen"].append("first")

    @pipe.step
    async def second() -> None:
        broken.ran("second")

    broken.again("second")
    failed = run(pipe, state)
    broken.again()
    resumed = resume(pipe, run_id(failed)).final_state

    assert type(resumed) is type(state)
    assert resumed is not state
    assert getattr(resumed, "__dict__", resumed) == getattr(state, "__dict__", state)
    assert getattr(resumed, "_checked", None) == getattr(state, "_checked", None)


def test_a_local_class_is_found_by_its_annotation(broken: Broken) -> None:
    @dataclasses.dataclass
    class Local:
        count: int = 0

    pipe: Pipe[Any, Any] = Pipe(Local, store=broken.store)

    @pipe.step(to="b")
    async def a(state: Any) -> None:
        state.count += 1

    @pipe.step
    async def b() -> None:
        broken.ran("b")

    broken.again("b")
    first = run(pipe, Local())
    broken.again()

    assert resume(pipe, run_id(first)).final_state == Local(1)


def test_removed_keys_stay_removed_and_whole_states_are_compared(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step(to="b")
    async def a(state: Any) -> None:
        if isinstance(state, dict):
            del state["x"]
            state[(1, 2)] = b"y"
        elif isinstance(state, list):
            state.reverse()
        else:
            state.add("z")

    @pipe.step
    async def b() -> None:
        broken.ran("b")

    for state, left in (({"x": 1}, {(1, 2): b"y"}), ([1, 2], [2, 1]), ({"x"}, {"x", "z"})):
        broken.again("b")
        first = run(pipe, state)
        broken.again()
        assert resume(pipe, run_id(first)).final_state == left


def test_a_join_remembers_which_parents_have_arrived(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)
    for name in ("a", "b", "c"):

        async def work(name: str = name) -> None:
            broken.ran(name)

        pipe.step(name, to="join")(work)

    @pipe.step
    async def join() -> None:
        broken.ran("join")

    broken.again("b")
    first = run(pipe)
    assert sorted(broken.again("c")) == ["a", "b", "c"]
    resume(pipe, run_id(first))

    assert broken.calls == ["b", "join"]


def test_a_join_of_any_starts_once(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)
    for name in ("a", "b"):

        async def work(name: str = name) -> None:
            broken.ran(name)

        pipe.step(name, to="join")(work)

    @pipe.step(barrier_type=BarrierType.ANY)
    async def join() -> None:
        broken.ran("join")

    broken.again("b")
    first = run(pipe)
    broken.again()
    resume(pipe, run_id(first))

    assert broken.calls == ["b"]


def test_a_map_goes_on_with_the_items_that_are_left(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.map(each="work", to="total", max_concurrency=2)
    async def items() -> Any:
        broken.ran("items")
        return range(6)

    @pipe.step
    async def work(item: int) -> int:
        broken.ran(f"work{item}")
        return item * item

    @pipe.step
    async def total(work: list[int], state: Any) -> None:
        broken.ran("total")
        state["total"] = work

    broken.again("work1", "work4")
    first = run(pipe, {})
    assert first.end.status is STATUS.FAILED
    broken.again()
    second = resume(pipe, run_id(first))

    assert sorted(broken.calls) == ["total", "work1", "work4"]
    assert second.final_state == {"total": [0, 1, 4, 9, 16, 25]}
    assert second.step_starts[0] == "items"
    told = second.filter(EventType.MAP_START)[0]
    assert told.payload["item_count"] == 6
    assert told.meta == {"resumed": True}


def test_a_map_whose_items_are_all_done_ends_without_running_any(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.map(each="work", to="after")
    async def items() -> Any:
        broken.ran("items")
        return [1, 2]

    @pipe.step
    async def work(item: int) -> int:
        broken.ran("work")
        return item

    @pipe.step
    async def after(items: list[int], state: Any) -> None:
        broken.ran("after")
        state["items"] = items

    broken.again("after")
    first = run(pipe, {})
    broken.again()

    assert resume(pipe, run_id(first)).final_state == {"items": [1, 2]}
    assert broken.calls == ["after"]


def test_maps_inside_maps_go_on(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.map(each="inner", to="done")
    async def outer() -> Any:
        broken.ran("outer")
        return [10, 20]

    @pipe.map(each="leaf")
    async def inner(start: int) -> Any:
        broken.ran(f"inner{start}")
        return [start + 1, start + 2]

    @pipe.step
    async def leaf(number: int) -> int:
        broken.ran(f"leaf{number}")
        return number

    @pipe.step
    async def done(outer: Any, state: Any) -> None:
        broken.ran("done")
        state["outer"] = outer

    broken.again("leaf12", "leaf21")
    first = run(pipe, {})
    broken.again()
    second = resume(pipe, run_id(first))

    assert sorted(broken.calls) == ["done", "leaf12", "leaf21"]
    assert second.final_state == {"outer": [[11, 12], [21, 22]]}


def test_a_handled_map_does_not_run_its_failed_items_again(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    async def handle() -> list[str]:
        return ["made up"]

    @pipe.map(each="work", to="after", on_error=handle)
    async def items() -> Any:
        return [1, 2]

    @pipe.step
    async def work(item: int) -> int:
        broken.ran(f"work{item}")
        return item

    @pipe.step
    async def after(items: list[int], state: Any) -> None:
        broken.ran("after")
        state["items"] = items

    broken.again("work1", "after")
    first = run(pipe, {})
    broken.again()
    second = resume(pipe, run_id(first))

    assert broken.calls == ["after"]
    assert second.final_state == {"items": ["made up"]}
    assert [failure.step for failure in second.end.errors] == ["work"]


def test_a_switch_does_not_choose_again(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.switch(to={"l": "left", "r": "right"})
    async def choose() -> str:
        broken.ran("choose")
        return "r"

    for name in ("left", "right"):

        async def work(name: str = name) -> None:
            broken.ran(name)

        pipe.step(name, to="join")(work)

    @pipe.step
    async def join(choose: str, state: Any) -> None:
        broken.ran("join")
        state["chosen"] = choose

    for failing in ("right", "join"):
        broken.again(failing)
        first = run(pipe, {})
        broken.again()
        assert resume(pipe, run_id(first)).final_state == {"chosen": "r"}
        assert broken.calls == ["right", "join"] if failing == "right" else ["join"]


def test_a_loop_goes_on_in_the_round_where_it_was(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step(to="again")
    async def count(state: Any) -> None:
        broken.ran(f"count{state['n'] + 1}")
        state["n"] += 1

    @pipe.step(to="done")
    async def again(state: Any) -> Any:
        return "count" if state["n"] < 5 else None

    @pipe.step
    async def done() -> None:
        broken.ran("done")

    broken.again("count3")
    first = run(pipe, {"n": 0})
    assert broken.again() == ["count1", "count2", "count3"]
    second = resume(pipe, run_id(first))

    assert broken.calls == ["count3", "count4", "count5", "done"]
    assert second.final_state == {"n": 5}


def sub_pipe(broken: Broken, begin: Callable[[Any], Any], **options: Any) -> Pipe[Any, Any]:
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.step(to="y")
    async def x(state: Any) -> None:
        broken.ran("x")
        state["x"] = 1

    @inner.step
    async def y(state: Any) -> None:
        broken.ran("y")
        state["y"] = 2

    pipe: Pipe[Any, Any] = Pipe(name="outer", store=broken.store, **options)

    @pipe.sub(pipeline=inner, to="after")
    async def sub(state: Any) -> Any:
        broken.ran("sub")
        return begin(state)

    @pipe.step
    async def after(sub: Any, state: Any) -> None:
        broken.ran("after")
        state["sub"] = dict(sub)

    return pipe


@pytest.mark.parametrize(
    ("begin", "left"),
    [
        (lambda _: {"own": 1}, {"part": {}, "sub": {"own": 1, "x": 1, "y": 2}}),
        (lambda state: state, {"part": {}, "x": 1, "y": 2, "sub": {"part": {}, "x": 1, "y": 2}}),
        (lambda state: state["part"], {"part": {"x": 1, "y": 2}, "sub": {"x": 1, "y": 2}}),
    ],
    ids=["its own state", "the outer state", "a part of the outer state"],
)
@pytest.mark.parametrize("failing", ["x", "y", "after"])
def test_a_sub_pipeline_goes_on_inside(broken: Broken, begin: Any, left: Any, failing: str) -> None:
    pipe = sub_pipe(broken, begin)
    broken.again(failing)
    first = run(pipe, {"part": {}})
    broken.again()
    second = resume(pipe, run_id(first))

    names = ["x", "y", "after"]
    assert broken.calls == names[names.index(failing) :]
    assert second.final_state == left
    inner = {event.origin_run_id for event in first.events + second.events} - {run_id(first)}
    assert len(inner) == 1


def test_what_a_sub_pipeline_has_changed_in_a_shared_part_is_seen_above(broken: Broken) -> None:
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.step(to="stumble")
    async def write(state: Any) -> None:
        state.append("inner")

    @inner.step(to="write_more")
    async def stumble() -> None:
        broken.ran("stumble")

    @inner.step
    async def write_more(state: Any) -> None:
        state.append("more")

    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)

    @pipe.sub(pipeline=inner)
    async def sub(state: Any) -> Any:
        return state["list"]

    @pipe.step
    async def beside(state: Any) -> None:
        state["beside"] = True

    broken.again("stumble")
    first = run(pipe, {"list": []})
    broken.again()

    assert resume(pipe, run_id(first)).final_state == {"list": ["inner", "more"], "beside": True}


def test_attempts_go_on_counting(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step(retries=2, retry_wait_min=0, retry_wait_max=0)
    async def flaky() -> None:
        broken.ran("flaky")

    broken.again("flaky")
    first = run(pipe)
    assert broken.again() == ["flaky"] * 3
    second = resume(pipe, run_id(first))

    assert [event.attempt for event in second.filter(EventType.STEP_START)] == [3]


def test_what_was_skipped_stays_skipped(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)

    @pipe.step(to="never")
    async def skip() -> Any:
        return Skip()

    @pipe.step
    async def never() -> None:
        broken.ran("never")

    @pipe.step
    async def fail() -> None:
        broken.ran("fail")

    broken.again("fail")
    first = run(pipe)
    broken.again()
    resume(pipe, run_id(first))

    assert broken.calls == ["fail"]


def test_a_retry_that_was_asked_for_comes(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step
    async def poll(state: Any) -> Any:
        state["n"] += 1
        broken.ran(f"poll{state['n']}")
        return Retry() if state["n"] < 4 else None

    broken.again("poll2")
    first = run(pipe, {"n": 0})
    broken.again()
    second = resume(pipe, run_id(first))

    assert second.final_state == {"n": 4}
    assert broken.calls == ["poll3", "poll4"]


def test_after_a_stop_only_what_failed_runs_again(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)
    gate = asyncio.Event

    @pipe.step(to="never")
    async def stop(state: Any) -> Any:
        state["stopped"] = True
        return Stop()

    @pipe.step(to="nor_this")
    async def fail() -> None:
        await asyncio.sleep(0)
        broken.ran("fail")

    for name in ("never", "nor_this"):

        async def work(name: str = name) -> None:
            broken.ran(name)

        pipe.step(name)(work)

    assert gate
    broken.again("fail")
    # The failing step is at work when the other one stops the run.
    first = run(pipe, {})
    if first.end.status is STATUS.FAILED:
        broken.again()
        second = resume(pipe, run_id(first))
        assert second.end.status is STATUS.SUCCESS
        assert broken.calls == ["fail"]


def test_a_run_that_goes_on_after_failures_keeps_them(broken: Broken) -> None:
    pipe = chain(broken, "a", "b", "c", on_failure="continue")
    broken.again("a", "c")
    first = run(pipe, {})
    assert broken.again() == ["a", "b", "c"]
    second = resume(pipe, run_id(first))

    assert broken.calls == ["c"]
    assert second.end.status is STATUS.FAILED
    assert [(failure.step, failure.error) for failure in second.end.errors] == [("a", "a is broken")]


def test_a_handled_failure_stays_handled(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    async def handle() -> Any:
        return Value("instead")

    @pipe.step(to="b", on_error=handle)
    async def a() -> None:
        broken.ran("a")

    @pipe.step
    async def b(a: str, state: Any) -> None:
        broken.ran("b")
        state["a"] = a

    broken.again("a", "b")
    first = run(pipe, {})
    broken.again()

    assert resume(pipe, run_id(first)).final_state == {"a": "instead"}
    assert broken.calls == ["b"]


def test_a_returned_failure_is_one(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step
    async def a(state: Any) -> Any:
        state["n"] += 1
        return Raise(ValueError("no")) if state["n"] == 1 else None

    first = run(pipe, {"n": 0})
    assert first.end.status is STATUS.FAILED

    assert resume(pipe, run_id(first)).final_state == {"n": 2}


def test_a_cancelled_run_and_one_whose_reader_left_go_on(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)
    hold = True

    @pipe.map(each="work", to="done")
    async def items() -> Any:
        return range(3)

    @pipe.step
    async def work(item: int) -> int:
        broken.ran(f"work{item}")
        if hold and item == 1:
            await asyncio.Event().wait()
        return item

    @pipe.step
    async def done(items: Any, state: Any) -> None:
        state["items"] = items

    async def leave() -> str:
        stream = pipe.run({})
        async for event in stream:
            if event.type is EventType.STEP_END and event.attempt and broken.calls.count("work2"):
                break
        await stream.aclose()
        return event.run_id

    left = asyncio.run(leave())
    timed_out = run(pipe, {}, timeout=0.05)
    record = broken.store.get_run(left)
    assert record is not None
    assert record.status is RunStatus.CLIENT_CLOSED
    assert timed_out.end.status is STATUS.TIMEOUT
    hold = False
    for name in (left, run_id(timed_out)):
        broken.again()
        assert resume(pipe, name).final_state == {"items": [0, 1, 2]}
        assert broken.calls == ["work1"]


# --- suspended runs -------------------------------------------------------------------------------------------------


def approval(broken: Broken) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)

    @pipe.step(to="use")
    async def ask() -> Any:
        broken.ran("ask")
        return Suspend("may I?")

    @pipe.step
    async def use(ask: Any, state: Any) -> None:
        broken.ran("use")
        state["answer"] = ask

    @pipe.step(to="beside2")
    async def beside() -> None:
        broken.ran("beside")

    @pipe.step
    async def beside2() -> None:
        broken.ran("beside2")

    return pipe


def test_the_answer_is_the_value_of_the_step_that_suspended(broken: Broken) -> None:
    pipe = approval(broken)
    first = run(pipe, {})
    record = broken.store.get_run(run_id(first))
    assert record is not None
    assert (record.status, record.reason) == (RunStatus.SUSPENDED, "may I?")
    before = broken.again()

    second = resume(pipe, run_id(first), answer={"yes": True})

    assert second.final_state == {"answer": {"yes": True}}
    assert sorted(before + broken.calls) == ["ask", "beside", "beside2", "use"]
    assert second.end.suspended is False


def test_an_answer_is_not_asked_for_again_after_a_failure(broken: Broken) -> None:
    pipe = approval(broken)
    first = run(pipe, {})
    broken.again("use")
    assert resume(pipe, run_id(first), answer="yes").end.status is STATUS.FAILED
    broken.again()

    assert resume(pipe, run_id(first)).final_state == {"answer": "yes"}
    assert broken.calls == ["use"]


def test_without_an_answer_the_step_is_asked_again(broken: Broken) -> None:
    pipe = approval(broken)
    first = run(pipe, {})
    broken.again()
    second = resume(pipe, run_id(first))

    assert second.end.suspended
    assert broken.calls[0] == "ask" or "ask" in broken.calls


def test_a_step_with_that_parameter_runs_again_with_the_answer(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step(to="after")
    async def ask(state: Any, answer: Any) -> Any:
        broken.ran("ask")
        if answer != "yes":
            return Suspend(f"not {answer}")
        state["asked"] = answer
        return None

    @pipe.step
    async def after(state: Any, answer: Any = "nothing") -> None:
        broken.ran("after")
        state["after"] = answer

    first = run(pipe, {})
    assert first.end.reason == "not None"
    assert resume(pipe, run_id(first), answer="no").end.reason == "not no"
    broken.again("after")
    assert resume(pipe, run_id(first), answer="yes").end.status is STATUS.FAILED
    assert broken.again() == ["ask", "after"]

    assert resume(pipe, run_id(first)).final_state == {"asked": "yes", "after": "yes"}
    assert broken.calls == ["after"]


def test_a_default_stays_as_long_as_nobody_has_answered(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step
    async def step(state: Any, answer: str = "default") -> None:
        state["answer"] = answer

    assert run(pipe, {}).final_state == {"answer": "default"}


@pytest.mark.parametrize("kind", ["switch", "map", "sub", "item", "inside"])
def test_whatever_suspends_gets_its_answer(broken: Broken, kind: str) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.step
    async def deep(state: Any) -> Any:
        broken.ran("deep")
        return Suspend("deep") if kind == "inside" else state.update(deep=True)

    async def ask() -> Any:
        broken.ran("ask")
        return Suspend("?")

    if kind == "switch":
        pipe.switch(to={"go": "end"})(ask)
    elif kind == "map":
        pipe.map(each="work", to="end")(ask)
    elif kind == "sub":
        pipe.sub(pipeline=inner, to="end")(ask)
    elif kind == "item":

        @pipe.map(each="work", to="end")
        async def items() -> Any:
            return [0, 1, 2]
    else:

        @pipe.sub(pipeline=inner, to="end")
        async def sub() -> Any:
            return {}

    if kind in ("map", "item"):

        @pipe.step
        async def work(item: Any) -> Any:
            broken.ran(f"work{item}")
            return Suspend("?") if kind == "item" and item == 1 else item

    @pipe.step
    async def end(state: Any) -> None:
        broken.ran("end")
        state["end"] = True

    answers: dict[str, Any] = {"switch": "go", "map": [7], "sub": {"x": 1}, "item": "answered", "inside": None}
    first = run(pipe, {})
    assert first.end.suspended
    before = broken.again()
    second = resume(pipe, run_id(first), answer=answers[kind])

    assert second.end.status is STATUS.SUCCESS, second.end.error
    assert second.final_state == {"end": True}
    once = {"switch": ["end"], "map": ["work7", "end"], "sub": ["deep", "end"], "inside": ["end"]}
    if kind in once:
        assert broken.calls == once[kind]
    else:
        assert sorted(before + broken.calls) == ["end", "work0", "work1", "work2"]


# --- what cannot be resumed -----------------------------------------------------------------------------------------


def test_a_run_that_has_ended_well_is_not_resumed(broken: Broken) -> None:
    pipe = chain(broken, "a")
    first = run(pipe, {})

    with pytest.raises(RunEndedError, match="has ended well; there is nothing to resume"):
        resume(pipe, run_id(first))


def test_an_unknown_run_and_a_pipe_without_a_store_say_so(broken: Broken) -> None:
    with pytest.raises(RunNotFoundError, match="no run 'nobody'"):
        resume(chain(broken, "a"), "nobody")
    with pytest.raises(DefinitionError, match="has no store to resume from"):
        Pipe(name="x").resume("nobody")


def test_an_answer_that_nobody_waits_for_is_refused(broken: Broken) -> None:
    pipe = chain(broken, "a")
    broken.again("a")
    first = run(pipe, {})

    with pytest.raises(RunEndedError, match="waits for an answer"):
        resume(pipe, run_id(first), answer=1)


def test_an_answer_that_cannot_be_recorded_is_refused_before_anything_runs(broken: Broken) -> None:
    pipe = approval(broken)
    first = run(pipe, {})

    with pytest.raises(UnrecordableError, match=r"answer\['lock'\]"):
        resume(pipe, run_id(first), answer={"lock": threading.Lock()})


def variants(broken: Broken) -> dict[str, Pipe[Any, Any]]:
    """One pipeline, and others that differ from it in one thing each."""

    def made(
        *,
        order: tuple[str, ...] = ("a", "c"),
        routes: dict[Any, str] | None = None,
        each: str = "w",
        timeout: float | None = None,
        extra: bool = False,
        kind: str = "step",
        inner: str = "x",
        number: int = 1,
    ) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe(name="plan", store=broken.store, allow_multi_root=True)

        async def nothing() -> None:
            return None

        async def work(item: Any) -> None:
            return None

        async def fail() -> Any:
            broken.ran("fail")
            return number

        sub: Pipe[Any, Any] = Pipe(name="sub")
        sub.step(inner)(nothing)
        pipe.step("fail", to=list(order), timeout=timeout)(fail)
        if kind == "step":
            pipe.step("a")(nothing)
        else:
            pipe.sub("a", pipeline=sub)(nothing)
        pipe.step("b")(nothing)
        pipe.switch("c", to=routes or {1: "b", 2: "d"})(nothing)
        pipe.step("d")(nothing)
        pipe.map("m", each=each)(nothing)
        pipe.step("w")(work)
        pipe.step("v")(work)
        pipe.sub("s", pipeline=sub)(nothing)
        if extra:
            pipe.step("e")(nothing)
        pipe.map("n", each="v" if each == "w" else "w")(nothing)
        return pipe

    return {
        "same": made(),
        "step 'e' is new": made(extra=True),
        "switch 'c': route 2 went to 'd', now to 'b'": made(routes={1: "b", 2: "b", 3: "d"}),
        "switch 'c': route 3 is new": made(routes={1: "b", 2: "d", 3: "d"}),
        "map 'm': worker was 'w', now 'v'": made(each="v"),
        "step 'a': kind was 'step', now 'sub'": made(kind="sub"),
        "step 's:x' is gone": made(inner="z"),
        "step 'fail': targets was a, c, now c, a": made(order=("c", "a")),
    }


@pytest.mark.parametrize("difference", range(8))
def test_a_plan_that_has_changed_is_refused_with_what_has_changed(broken: Broken, difference: int) -> None:
    pipes = variants(broken)
    broken.again("fail")
    first = run(pipes["same"])
    text, pipe = list(pipes.items())[difference]

    if text == "same":
        broken.again()
        assert resume(pipe, run_id(first)).events
        return
    with pytest.raises(PlanChangedError) as caught:
        resume(pipe, run_id(first))
    assert text in str(caught.value)


def test_what_may_change_is_told(broken: Broken) -> None:
    def made(timeout: float, code: int) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe(store=broken.store)

        async def one() -> None:
            broken.ran("a")

        async def two() -> None:
            broken.ran("b")

        pipe.step("a", timeout=timeout)(one if code == 1 else two)
        return pipe

    broken.again("a")
    first = run(made(1.0, 1))
    broken.again()

    with pytest.warns(PipelineValidationWarning, match=r"timeout was 1\.0, now 2\.0; the code of step 'a' has changed"):
        resume(made(2.0, 2), run_id(first))


def test_a_run_that_still_runs_is_not_resumed(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step
    async def wait() -> None:
        await asyncio.Event().wait()

    async def both() -> None:
        stream = pipe.run()
        first = await anext(stream)
        with pytest.raises(StoreError, match="still running"):
            await anext(pipe.resume(first.run_id))
        await stream.aclose()

    asyncio.run(both())
