"""Resuming a recorded run: it goes on where its record ends, and nothing that was recorded runs twice."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from pydantic import BaseModel
from wt_engine import (
    EventType,
    FailureReason,
    Pipe,
    Raise,
    Retry,
    Skip,
    Stop,
    Value,
)
from wt_engine.storage import RunStatus

from .resumable import STATUS, Broken, chain, resume, run, run_id


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
    failed = asyncio.Event()

    @pipe.step(to="nor_this")
    async def fail() -> None:
        try:
            broken.ran("fail")
        finally:
            failed.set()

    @pipe.step(to="never")
    async def stop(state: Any) -> Any:
        await failed.wait()
        state["stopped"] = True
        return Stop()

    for name in ("never", "nor_this"):

        async def work(name: str = name) -> None:
            broken.ran(name)

        pipe.step(name)(work)

    broken.again("fail")
    first = run(pipe, {})
    assert first.end.status is STATUS.FAILED
    broken.again()
    second = resume(pipe, run_id(first))

    assert second.end.status is STATUS.SUCCESS
    assert second.final_state == {"stopped": True}
    assert broken.calls == ["fail"]


def test_after_a_stop_only_the_items_that_failed_run_again(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.map(each="work", to="after", max_concurrency=1)
    async def items() -> Any:
        return range(5)

    @pipe.step
    async def work(item: int) -> Any:
        broken.ran(f"work{item}")
        return Stop() if item == 2 else item

    @pipe.step
    async def after() -> None:
        broken.ran("after")

    broken.again("work1")
    first = run(pipe, {})
    assert first.end.status is STATUS.FAILED
    assert broken.again() == ["work0", "work1", "work2"]
    second = resume(pipe, run_id(first))

    assert second.end.status is STATUS.SUCCESS
    assert broken.calls == ["work1"]


def test_a_run_that_goes_on_after_failures_keeps_them(broken: Broken) -> None:
    pipe = chain(broken, "a", "b", "c", on_failure="continue")
    broken.again("a", "c")
    first = run(pipe, {})
    assert broken.again() == ["a", "b", "c"]
    second = resume(pipe, run_id(first))

    assert broken.calls == ["c"]
    assert second.end.status is STATUS.FAILED
    kept = [(failure.step, failure.error, failure.reason, failure.forensics) for failure in second.end.errors]
    (told,) = [failure for failure in first.end.errors if failure.step == "a"]
    assert kept == [("a", "a is broken", FailureReason.STEP_ERROR, told.forensics)]
    assert told.forensics


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


def test_a_map_that_goes_on_after_failures_keeps_the_items_that_went_well(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, on_failure="continue")

    @pipe.map(each="work", to="after")
    async def items() -> Any:
        return [1, 2]

    @pipe.step
    async def work(item: int) -> Any:
        broken.ran(f"work{item}")
        return item

    @pipe.step(to="last")
    async def after(work: Any, state: Any) -> Any:
        state["work"] = work
        broken.ran("after")
        return Value("not this")

    @pipe.step
    async def last(state: Any, after: Any = "nothing") -> None:
        broken.ran("last")
        state["after"] = after

    broken.again("work1", "after", "last")
    first = run(pipe, {})
    broken.again()
    second = resume(pipe, run_id(first))

    assert broken.calls == ["last"]
    assert second.final_state == first.final_state | {"after": None}
    assert [failure.step for failure in second.end.errors] == ["work", "after"]


def test_a_join_whose_time_was_up_is_not_waited_for_again(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)
    up = asyncio.Event()

    async def handle() -> Any:
        up.set()
        return Value("late")

    @pipe.step(to="join")
    async def early() -> None:
        broken.ran("early")

    @pipe.step(to="join")
    async def late() -> None:
        await up.wait()
        broken.ran("late")

    @pipe.step(to="after", barrier_timeout=0.01, on_error=handle)
    async def join() -> None:
        broken.ran("join")

    @pipe.step
    async def after(join: Any, state: Any) -> None:
        broken.ran("after")
        state["join"] = join

    broken.again("after")
    first = run(pipe, {})
    assert sorted(broken.again()) == ["after", "early", "late"]
    second = resume(pipe, run_id(first))

    assert second.end.status is STATUS.SUCCESS
    assert second.final_state == {"join": "late"}
    assert broken.calls == ["after"]


def test_a_run_that_began_in_the_middle_goes_on_from_there(broken: Broken) -> None:
    pipe = chain(broken, "a", "b", "c")
    broken.again("b")
    first = run(pipe, {}, start="b")
    broken.again()

    assert resume(pipe, run_id(first)).final_state == {"seen": ["b", "c"]}
    assert broken.calls == ["b", "c"]
