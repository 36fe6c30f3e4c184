"""What a pipe does, by example; the names B1 to B14 are the findings of the engine reference."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest
from wt_engine import (
    BarrierType,
    CancellationToken,
    DefinitionError,
    Event,
    EventType,
    FailureReason,
    Next,
    Observer,
    ObserverMeta,
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
from wt_engine.testing import TestPipe, TestResult

Collect = Callable[..., TestResult]
STATUS = PipelineTerminalStatus


@dataclass
class State:
    seen: list[Any] = field(default_factory=list)
    count: int = 0


def steps(pipe: Pipe[Any, Any], **bodies: Callable[..., Any]) -> None:
    for name, body in bodies.items():
        pipe.step(name)(body)


async def nothing() -> None: ...


def chain(length: int, **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(**options)
    for place in range(length):
        pipe.step(f"s{place}", to=f"s{place + 1}" if place + 1 < length else None)(nothing)
    return pipe


def fan(items: int, worker: Callable[..., Any], **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(**options)

    @pipe.map(each="work", to="after")
    async def split() -> Any:
        return range(items)

    pipe.step("work")(worker)
    pipe.step("after")(nothing)
    return pipe


async def take(item: int) -> int:
    return item


def kinds(result: TestResult) -> list[tuple[EventType, str]]:
    return [(event.type, event.stage) for event in result.events]


# The findings


@pytest.mark.parametrize(("items", "queue_size"), [(2_000, 1000), (10, 4), (100_000, 1000), (50, 1)])
def test_b1_a_map_of_any_size_runs_through_a_queue_of_any_size(collect: Collect, items: int, queue_size: int) -> None:
    result = collect(fan(items, take, queue_size=queue_size))
    assert result.end.status is STATUS.SUCCESS
    assert len(result.filter(EventType.MAP_WORKER)) == items
    assert result.end.metrics.queue.max_depth <= queue_size


def test_b2_a_leaf_that_returns_raise_fails_the_run_and_its_siblings_finish(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)

    @pipe.step
    async def leaf() -> Raise:
        return Raise(ValueError("lost?"))

    @pipe.step(to="child")
    async def sibling() -> None:
        await asyncio.sleep(0.001)

    pipe.step("child")(nothing)
    result = collect(pipe)
    assert result.end.status is STATUS.FAILED
    assert [record.error for record in result.end.errors] == ["lost?"]
    assert result.was_called("child")


def test_b2_a_handler_that_returns_raise_fails_the_run(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(on_error=lambda error: Raise(RuntimeError(f"worse than {error}")))
    async def leaf() -> None:
        raise ValueError("bad")

    result = collect(pipe)
    assert result.end.error == "worse than bad"


def test_b3_a_chain_of_ten_thousand_steps_is_validated_and_run(collect: Collect) -> None:
    pipe = chain(10_000)
    assert collect(pipe).step_starts[-1] == "s9999"
    pipe.graph()


def test_b3_a_chain_of_a_hundred_thousand_steps_becomes_a_plan() -> None:
    assert len(chain(100_000).prepared()[0].nodes) == 100_000


@pytest.mark.parametrize(
    ("policy", "called"),
    [
        ("finish", {"bad", "slow", "after_slow"}),
        ("stop", {"bad", "slow"}),
        ("continue", {"bad", "slow", "after_slow", "after_bad", "join"}),
    ],
)
def test_b4_what_runs_after_a_failure_is_a_choice(collect: Collect, policy: Any, called: set[str]) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True, on_failure=policy)

    @pipe.step(to=["after_slow", "join"])
    async def slow() -> None:
        await asyncio.sleep(0.005)

    @pipe.step(to=["after_bad", "join"])
    async def bad() -> None:
        raise ValueError("no")

    steps(pipe, after_bad=nothing, after_slow=nothing, join=nothing)
    result = collect(pipe)
    assert set(result.step_starts) == called
    assert result.end.status is STATUS.FAILED
    assert result.end.failed_step == "bad"


def test_b5_each_item_of_a_map_has_retries_of_its_own(collect: Collect) -> None:
    tried: dict[int, int] = {}

    async def work(item: int) -> Any:
        tried[item] = tried.get(item, 0) + 1
        return Retry if tried[item] < 3 else None

    result = collect(fan(200, work, max_retries=3))
    assert result.end.status is STATUS.SUCCESS
    attempts = [event.attempt for event in result.filter(EventType.STEP_START) if event.stage == "work"]
    assert {attempts.count(number) for number in (1, 2, 3)} == {200}


def test_b5_retrying_for_ever_is_a_failure(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(max_retries=5)

    @pipe.step
    async def again() -> Retry:
        return Retry()

    result = collect(pipe)
    assert "exceeded max retries" in str(result.end.error)
    assert result.end.reason is FailureReason.MAX_RETRIES
    assert len(result.step_starts) == 5


def test_b6_an_empty_map_starts_before_it_completes(collect: Collect) -> None:
    result = collect(fan(0, take))
    names = [kind for kind, stage in kinds(result) if stage == "split"]
    assert names == [EventType.STEP_START, EventType.MAP_START, EventType.MAP_COMPLETE, EventType.STEP_END]


def test_b6_map_complete_follows_the_last_workers_end(collect: Collect) -> None:
    async def work(item: int) -> None:
        await asyncio.sleep(0.001 * (item % 3))

    names = kinds(collect(fan(9, work)))
    complete = names.index((EventType.MAP_COMPLETE, "split"))
    assert names[complete - 1] == (EventType.STEP_END, "work")
    assert names[complete + 1] == (EventType.STEP_END, "split")


class Recorder(Observer):
    def __init__(self) -> None:
        self.events: list[EventType] = []
        self.ends: list[str] = []
        self.missed = 0

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        self.events.append(event.type)

    async def on_pipeline_end(self, state: Any, ctx: Any, meta: ObserverMeta, duration_s: float) -> None:
        self.ends.append("end")
        self.missed = meta.missed

    async def on_pipeline_error(self, state: Any, ctx: Any, meta: ObserverMeta, error: BaseException) -> None:
        self.ends.append(str(error))


def test_b8_observers_see_the_end_of_a_run_whose_consumer_leaves_at_finish() -> None:
    pipe, recorder = chain(3), Recorder()
    pipe.add_observer(recorder)

    async def leave() -> None:
        async for event in pipe.run():
            if event.type is EventType.FINISH:
                break

    asyncio.run(leave())
    assert recorder.ends == ["end"]
    assert recorder.events[-1] is EventType.FINISH


def test_b9_a_join_that_is_released_and_then_fails_is_no_barrier_timeout(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)

    @pipe.step(to="join")
    async def late() -> None:
        await asyncio.sleep(0.005)

    pipe.step("early", to="join")(nothing)

    @pipe.step(barrier_timeout=5)
    async def join() -> None:
        raise ValueError("no")

    result = collect(pipe)
    barrier = result.end.metrics.barriers["join"]
    assert (barrier.waits, barrier.releases, barrier.timeouts) == (1, 1, 0)
    assert barrier.total_wait_s > 0
    names = kinds(result)
    assert names.index((EventType.BARRIER_RELEASE, "join")) < names.index((EventType.STEP_START, "join"))


def test_b10_a_run_is_over_when_aclose_has_been_awaited() -> None:
    log: list[str] = []
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step
    async def long() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            log.append("cancelled")

    @pipe.on_shutdown
    async def down() -> None:
        log.append("down")

    async def leave() -> list[str]:
        stream = pipe.run()
        async for event in stream:
            if event.type is EventType.STEP_START:
                break
        await asyncio.sleep(0)
        await stream.aclose()
        return list(log)

    assert asyncio.run(leave()) == ["cancelled", "down"]


def test_b11_cancelling_reaches_sub_pipelines_and_no_further_step_starts(collect: Collect) -> None:
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.step(to="never")
    async def first(cancel: CancellationToken) -> None:
        asyncio.get_running_loop().call_later(0.001, outer_token.cancel, "enough")
        await asyncio.sleep(10)

    inner.step("never")(nothing)
    outer_token = CancellationToken()
    pipe: Pipe[Any, Any] = Pipe(cancellation_token=outer_token)

    @pipe.sub(pipeline=inner, to="after")
    async def below() -> None: ...

    pipe.step("after")(nothing)
    result = collect(pipe)
    assert result.end.status is STATUS.CANCELLED
    assert result.end.error == "enough"
    assert result.step_starts == ["below", "below:first"]
    assert (EventType.CANCELLED, "system") in kinds(result)


def test_b11_a_step_that_cancels_its_token_ends_this_run_and_no_later_one(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(to="after")
    async def maybe(state: State, cancel: CancellationToken) -> None:
        if state.count == 0:
            cancel.cancel("first run only")

    pipe.step("after")(nothing)
    assert not collect(pipe, State()).was_called("after")
    assert collect(pipe, State(count=1)).end.status is STATUS.SUCCESS


def test_b12_a_failed_sub_pipeline_fails_its_step_which_may_handle_it(collect: Collect) -> None:
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.step
    async def broken() -> None:
        raise ValueError("inside")

    def outer(**options: Any) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe()

        @pipe.sub("below", pipeline=inner, to="after", **options)
        async def below() -> None: ...

        pipe.step("after")(nothing)
        return pipe

    failed = collect(outer())
    assert failed.end.failed_step == "below:broken"
    assert not failed.was_called("after")
    assert "inside" in str(failed.end.error)
    handled = collect(outer(on_error=lambda error: None))
    assert handled.end.status is STATUS.SUCCESS
    assert handled.was_called("after")


def test_b12_suspending_a_sub_pipeline_suspends_the_run(collect: Collect) -> None:
    inner: Pipe[Any, Any] = Pipe()

    @inner.step
    async def ask() -> Suspend:
        return Suspend("approve?")

    pipe: Pipe[Any, Any] = Pipe()

    @pipe.sub(pipeline=inner, to="after")
    async def below() -> None: ...

    pipe.step("after")(nothing)
    result = collect(pipe)
    assert result.end.suspended
    assert result.end.reason == "approve?"
    assert not result.was_called("after")


def test_b13_failed_steps_are_timed_and_a_map_is_not_charged_for_its_items(collect: Collect) -> None:
    async def work(item: int) -> None:
        await asyncio.sleep(0.02)
        raise ValueError("no")

    timings = collect(fan(2, work)).end.metrics.step_latency
    assert timings["work"].count == 2
    assert timings["work"].min_s >= 0.015
    assert timings["split"].total_s < 0.015


def test_b14_values_reach_the_steps_that_name_them(collect: Collect) -> None:
    pipe: Pipe[State, Any] = Pipe(State, allow_multi_root=True)

    @pipe.step(to="join")
    async def numbers() -> list[int]:
        return [1, 2]

    @pipe.step(to="join")
    def greeting() -> Value:
        return Value("hello")

    @pipe.map(each="square", to="end")
    async def join(numbers: list[int], greeting: str, state: State) -> list[int]:
        state.seen.append(greeting)
        return numbers

    @pipe.step
    async def square(number: int) -> int:
        return number**2

    @pipe.step
    async def end(state: State, square: list[int], nobody: int = 7) -> None:
        state.seen.append((square, nobody))

    state = State()
    with pytest.warns(PipelineValidationWarning):
        collect(pipe, state)
    assert state.seen == ["hello", ([1, 4], 7)]


# Control


def test_a_linear_run_says_start_steps_finish(collect: Collect) -> None:
    assert kinds(collect(chain(2))) == [
        (EventType.START, "system"),
        (EventType.STEP_START, "s0"),
        (EventType.STEP_END, "s0"),
        (EventType.STEP_START, "s1"),
        (EventType.STEP_END, "s1"),
        (EventType.FINISH, "system"),
    ]


def test_a_name_loops_back_and_unknown_names_are_errors_with_the_near_miss(collect: Collect) -> None:
    pipe: Pipe[State, Any] = Pipe(State)

    @pipe.step
    async def count(state: State) -> Any:
        state.count += 1
        return Next("count") if state.count < 50 else "cuont"

    state = State()
    result = collect(pipe, state)
    assert state.count == 50
    assert result.end.failed_step == "cuont"
    assert "'count'" in str(result.end.error)


@pytest.mark.parametrize(
    ("value", "called"), [(Stop, False), (Stop(), False), (Skip, False), (Skip(), False), (None, True)]
)
def test_stop_and_skip_let_nothing_follow(collect: Collect, value: Any, called: bool) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(to="after")
    async def first() -> Any:
        return value

    pipe.step("after")(nothing)
    result = collect(pipe)
    assert result.was_called("after") is called
    assert result.end.status is STATUS.SUCCESS


def test_suspend_is_said_before_the_steps_end(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step
    async def ask() -> Suspend:
        return Suspend("why")

    assert [kind for kind, _ in kinds(collect(pipe))][1:] == [
        EventType.STEP_START,
        EventType.SUSPEND,
        EventType.STEP_END,
        EventType.FINISH,
    ]


def test_a_switch_runs_one_branch_and_the_join_below_waits_for_that_one_only(collect: Collect) -> None:
    for key, branch in (("x", "left"), ("?", "right")):
        pipe: Pipe[Any, Any] = Pipe()

        @pipe.switch(to={"x": "left", "stop": Stop}, default="right")
        async def choose(key: str = key) -> Value:
            return Value(key)

        pipe.step("left", to="deeper")(nothing)
        pipe.step("right", to="join")(nothing)
        pipe.step("deeper", to="join")(nothing)
        pipe.step("join")(nothing)
        result = collect(pipe)
        assert result.was_called(branch)
        assert len([s for s in result.step_starts if s in ("left", "right")]) == 1
        assert result.step_starts[-1] == "join"


def test_an_any_join_starts_once_after_the_first_parent(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    for name in ("a", "b", "c"):
        pipe.step(name, to="join")(nothing)
    pipe.step("join", barrier_type=BarrierType.ANY)(nothing)
    assert collect(pipe).step_starts.count("join") == 1


def test_a_barrier_of_a_thousand_parents_opens_once(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    for place in range(1000):
        pipe.step(f"p{place}", to="join")(nothing)
    pipe.step("join")(nothing)
    assert collect(pipe).step_starts[1000:] == ["join"]


def test_a_barrier_timeout_fails_the_join_and_names_who_is_missing(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)

    @pipe.step(to="join")
    async def late() -> None:
        await asyncio.sleep(0.05)

    pipe.step("early", to="join")(nothing)
    pipe.step("join", barrier_timeout=0.005)(nothing)
    result = collect(pipe)
    assert "Barrier timeout for step" in str(result.end.error)
    assert "late" in str(result.end.error)
    assert result.end.metrics.barriers["join"].timeouts == 1


# Time


def test_an_async_step_times_out_and_its_retries_are_visible(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(timeout=0.002, retries=2, retry_wait_min=0.0001, retry_wait_max=0.001)
    async def slow() -> None:
        await asyncio.sleep(10)

    result = collect(pipe)
    assert "timed out after" in str(result.end.error)
    assert result.end.reason is FailureReason.STEP_TIMEOUT
    assert [event.attempt for event in result.filter(EventType.STEP_ERROR)] == [1, 2, 3]
    assert len(result.end.errors) == 1


def test_what_an_abandoned_sync_step_writes_later_reaches_nobody() -> None:
    pipe: Pipe[State, Any] = Pipe(State)
    go_on, wrote = threading.Event(), threading.Event()

    @pipe.step(timeout=0.01)
    def slow(state: State) -> None:
        go_on.wait(5)
        state.count = 99
        state.seen.append("late")
        wrote.set()

    state = State()

    async def run() -> TestResult:
        result = TestResult([event async for event in pipe.run(state)])
        go_on.set()
        wrote.wait(5)
        return result

    result = asyncio.run(run())
    assert "abandoned" in str(result.end.error)
    assert state == State()


def test_what_a_sync_step_writes_in_time_is_kept(collect: Collect) -> None:
    pipe: Pipe[State, Any] = Pipe(State)

    @pipe.step(timeout=5)
    def quick(state: State) -> None:
        state.count += 1
        state.seen.append(threading.current_thread() is threading.main_thread())

    state = State()
    collect(pipe, state)
    assert state == State([False], 1)


def test_a_run_timeout_interrupts_everything(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    block = threading.Event()

    @pipe.step
    def blocked() -> None:
        block.wait(5)

    @pipe.step(to="after")
    async def slow() -> None:
        await asyncio.sleep(10)

    pipe.step("after")(nothing)
    began = time.perf_counter()
    result = collect(pipe, timeout=0.01)
    block.set()
    assert time.perf_counter() - began < 2
    assert [kind for kind, _ in kinds(result)][-2:] == [EventType.TIMEOUT, EventType.FINISH]
    assert result.end.status is STATUS.TIMEOUT


# What steps may do wrong


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), BaseException("odd"), ValueError("")]
)
@pytest.mark.parametrize("sync", [True, False])
def test_whatever_a_step_raises_is_its_failure(collect: Collect, error: BaseException, sync: bool) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    def raising() -> None:
        raise error

    async def araising() -> None:
        raise error

    pipe.step("bad")(raising if sync else araising)
    result = collect(pipe)
    assert result.end.status is STATUS.FAILED
    assert result.end.error


def test_a_step_that_forgets_to_await_is_told_so(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step("bad")(lambda: nothing())
    assert "awaitable" in str(collect(pipe).end.error)


def test_an_async_step_that_returns_something_to_await_is_told_so(collect: Collect) -> None:
    async def forgets() -> Any:
        return nothing()

    async def forgets_with_the_state(state: Any) -> Any:
        return nothing()

    for forgetful in (forgets, forgets_with_the_state):
        pipe: Pipe[Any, Any] = Pipe()
        pipe.step("bad")(forgetful)
        assert "awaitable" in str(collect(pipe).end.error)


def test_a_context_variable_of_one_step_is_not_seen_by_the_next(collect: Collect) -> None:
    variable: ContextVar[str] = ContextVar("variable", default="clean")
    pipe: Pipe[State, Any] = Pipe(State)

    @pipe.step(to="reader")
    async def writer() -> None:
        variable.set("dirty")

    @pipe.step
    async def reader(state: State) -> None:
        state.seen.append(variable.get())

    state = State()
    collect(pipe, state)
    assert state.seen == ["clean"]


def test_startup_and_shutdown_hooks_that_fail_are_in_the_record(collect: Collect) -> None:
    pipe = chain(1)

    @pipe.on_startup
    async def up() -> None:
        raise ValueError("up")

    @pipe.on_shutdown
    def down() -> None:
        raise ValueError("down")

    result = collect(pipe)
    assert kinds(result)[0] == (EventType.STEP_ERROR, "startup")
    assert not result.step_starts
    assert [record.error for record in result.end.errors] == ["up", "down"]


def test_tokens_say_which_invocation_streamed_them(collect: Collect) -> None:
    async def work(item: int) -> Any:
        for part in "ab":
            yield f"{item}{part}"
            await asyncio.sleep(0)

    result = collect(fan(3, work))
    by_call: dict[Any, list[str]] = {}
    for event in result.filter(EventType.TOKEN):
        by_call.setdefault(event.invocation_id, []).append(event.payload)
    assert sorted(by_call.values()) == [["0a", "0b"], ["1a", "1b"], ["2a", "2b"]]


def test_a_handled_map_hands_on_the_items_that_succeeded_and_the_run_has_failed(collect: Collect) -> None:
    pipe: Pipe[dict[str, Any], Any] = Pipe(dict)

    @pipe.map(each="work", on_error=lambda error: None, to="after")
    def split() -> Any:
        yield from range(3)

    @pipe.step
    async def work(item: int) -> int:
        if item == 1:
            raise ValueError("one")
        return item

    @pipe.step
    async def after(state: dict[str, Any], work: list[Any]) -> None:
        state["results"] = work

    state: dict[str, Any] = {}
    result = collect(pipe, state)
    assert state == {"results": [0, None, 2]}
    assert result.end.status is STATUS.FAILED
    assert result.find_error("split") is None


def test_a_cancelled_token_lets_no_step_start(collect: Collect) -> None:
    token = CancellationToken()
    token.cancel("before")
    pipe = chain(2, cancellation_token=token)
    result = collect(pipe)
    assert result.end.status is STATUS.CANCELLED
    assert not result.step_starts


def test_a_startup_hook_that_hangs_is_interrupted_by_the_runs_timeout(collect: Collect) -> None:
    pipe = chain(1)

    @pipe.on_startup
    async def hang() -> None:
        await asyncio.sleep(30)

    assert collect(pipe, timeout=0.01).end.status is STATUS.TIMEOUT


def test_max_concurrency_bounds_the_items_that_are_out(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.map(each="work", max_concurrency=3)
    async def split() -> Any:
        return range(20)

    @pipe.step
    async def work(item: int) -> None:
        await asyncio.sleep(0.0005)

    assert collect(pipe).end.metrics.maps.peak_workers == 3


def test_items_of_an_unbounded_map_are_all_out_at_once(collect: Collect) -> None:
    async def work(item: int) -> None:
        await asyncio.sleep(0.2)

    began = time.perf_counter()
    assert collect(fan(300, work)).end.metrics.maps.peak_workers == 300
    assert time.perf_counter() - began < 5


# Who watches and who reads


def test_a_raising_and_a_slow_observer_harm_nobody(collect: Collect) -> None:
    class Slow(Recorder):
        async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
            await asyncio.sleep(30)

    class Raising(Recorder):
        async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
            raise ValueError("observer")

    pipe, slow, raising, quick = chain(300), Slow(), Raising(), Recorder()
    pipe.add_observer(slow, queue_size=10)
    for observer in (raising, quick):
        pipe.add_observer(observer)
    assert collect(pipe).end.status is STATUS.SUCCESS
    assert slow.ends == raising.ends == quick.ends == ["end"]
    assert len(quick.events) == 602
    assert quick.missed == 0
    assert slow.missed >= 590


def test_event_hooks_change_events_and_a_broken_one_reaches_the_reader(collect: Collect) -> None:
    pipe = chain(1)
    pipe.add_event_hook(lambda event: event.replace(meta={"seen": True}))
    assert all(event.meta["seen"] for event in collect(pipe).events)
    broken = chain(3)
    forgetful: Any = print
    broken.add_event_hook(forgetful)
    with pytest.raises(ValueError, match="returned None"):
        collect(broken)


def test_a_consumer_may_leave_at_every_event() -> None:
    inner = chain(2)
    pipe: Pipe[Any, Any] = Pipe(queue_size=3)
    recorder = Recorder()
    pipe.add_observer(recorder)

    @pipe.map(each="work", to="below")
    async def split() -> Any:
        return range(5)

    @pipe.step
    async def work(item: int) -> None:
        await asyncio.sleep(0)

    @pipe.sub(pipeline=inner, to="last")
    async def below() -> None: ...

    pipe.step("last")(lambda: None)

    async def leave(after: int) -> int:
        stream, seen, before = pipe.run(), 0, asyncio.all_tasks()
        async for _ in stream:
            seen += 1
            if seen == after:
                break
        await stream.aclose()
        assert asyncio.all_tasks() == before
        return seen

    after = 1
    while asyncio.run(asyncio.wait_for(leave(after), 10)) == after:
        after += 1
    assert after > 30
    assert len(recorder.ends) == after


def test_a_thousand_runs_of_one_pipe_at_once_do_not_mix() -> None:
    pipe: Pipe[State, Any] = Pipe(State)

    @pipe.step(to="b")
    async def a(state: State) -> int:
        await asyncio.sleep(0)
        return state.count

    @pipe.step
    async def b(state: State, a: int) -> None:
        state.seen.append(a)

    async def one(number: int) -> State:
        state = State(count=number)
        async for _ in pipe.run(state):
            pass
        return state

    async def everything() -> list[State]:
        return await asyncio.gather(*map(one, range(1000)))

    assert [state.seen for state in asyncio.run(everything())] == [[number] for number in range(1000)]


# Definitions


def wrong(build: Callable[[Pipe[Any, Any]], Any], **options: Any) -> DefinitionError:
    pipe: Pipe[Any, Any] = Pipe(**options)

    def define() -> None:
        build(pipe)
        pipe.validate()

    with pytest.raises(DefinitionError) as caught:
        define()
    return caught.value


def linked(*edges: tuple[str, str]) -> Callable[[Pipe[Any, Any]], None]:
    def build(pipe: Pipe[Any, Any]) -> None:
        for name in dict.fromkeys(name for edge in edges for name in edge if name):
            pipe.step(name, to=[end for start, end in edges if start == name and end])(nothing)

    return build


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (linked(("a", "b"), ("b", "a")), "no entry points found"),
        (linked(("r", "a"), ("a", "b"), ("b", "a")), "a -> b -> a"),
        (linked(("a", ""), ("b", "")), "Multiple root steps detected: a, b"),
        (
            lambda p: p.step("load", to="claen")(nothing) and p.step("clean")(nothing),
            "targets unknown step 'claen'. Did you mean 'clean'",
        ),
        (lambda p: p.step("a")(nothing) and p.step("a")(nothing), "already registered"),
        (lambda p: p.map("a")(nothing), "each"),
        (lambda p: p.switch("a")(nothing), "to="),
        (lambda p: p.switch("a", to={1: "b"})(nothing), "routes to unknown step 'b'"),
        (lambda p: p.sub("a")(nothing), "pipeline"),
        (lambda p: p.step("a", to={1: "b"})(nothing), "uses a dictionary for 'to='"),
        (lambda p: p.step("a", to=3)(nothing), "has invalid 'to=' type"),
        (lambda p: p.step("a", timeuot=3)(nothing), "Did you mean 'timeout'"),
        (lambda p: p.step("a", timeout=-1)(nothing), "seconds above 0"),
        (lambda p: p.step("a")(lambda sate: None), "unrecognized parameters: sate. Did you mean 'state'"),
        (lambda p: p.on_startup(lambda what: None), "unrecognized parameters"),
        (
            lambda p: (p.map("a", each="b")(nothing), p.step("b", to="c")(nothing), p.step("c")(nothing)),
            "worker of a map",
        ),
    ],
)
def test_a_wrong_definition_names_the_mistake(build: Callable[[Pipe[Any, Any]], Any], message: str) -> None:
    assert message in str(wrong(build))


def test_a_definition_error_says_where_the_function_stands() -> None:
    error = wrong(lambda pipe: pipe.step("a", to="b")(nothing))
    assert error.step_name == "a"
    assert error.place == f"{__file__}:{nothing.__code__.co_firstlineno}"
    assert str(error.place) in str(error)


def test_a_start_is_checked(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    linked(("a", "join"), ("b", "join"))(pipe)
    with pytest.raises(DefinitionError, match=r"run\(start=...\) references unknown step 'jion'"):
        collect(pipe, start="jion")
    with pytest.raises(DefinitionError, match=r"requires ALL parents.*cannot reach parent\(s\): b"):
        collect(pipe, start="a")
    assert collect(pipe, start="join").step_starts == ["join"]


def test_a_pipe_is_frozen_by_its_first_run(collect: Collect) -> None:
    pipe = chain(1)
    collect(pipe)
    with pytest.raises(RuntimeError, match="frozen after first run"):
        pipe.step("more")(nothing)


def test_lenient_pipes_and_shared_states_are_warned_of(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(strict=False)
    linked(("a", ""), ("b", ""))(pipe)
    with pytest.warns(PipelineValidationWarning, match="Multiple root"):
        pipe.validate()
    shared: Pipe[State, Any] = Pipe(State)
    shared.map("split", each="work")(nothing)
    shared.step("work")(take)
    with pytest.warns(PipelineValidationWarning, match="share a mutable state"):
        shared.prepared()


def test_an_empty_pipe_fails_and_says_so(collect: Collect) -> None:
    result = collect(Pipe())
    assert kinds(result) == [(EventType.STEP_ERROR, "system"), (EventType.FINISH, "system")]
    assert result.end.status is STATUS.FAILED


def test_labels_cannot_break_the_picture() -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step('quote " ] end', to="b")(nothing)
    pipe.step("b")(nothing)
    assert 'n0["Quote #34; #93; End"]' in pipe.graph()
    assert "n0 --> n1" in pipe.graph()


def test_a_pipe_describes_itself() -> None:
    pipe = chain(2, metadata={"owner": "me"})
    assert pipe.describe()["topology"] == {"s0": ["s1"], "s1": []}
    assert pipe.describe()["metadata"] == {"owner": "me"}
    assert [info.name for info in pipe.steps()] == ["s0", "s1"]


def test_steps_are_replaced_under_test_and_come_back(collect: Collect) -> None:
    pipe: Pipe[State, Any] = Pipe(State)

    @pipe.step(to="end")
    async def load(state: State) -> int:
        raise ValueError("no network here")

    @pipe.step
    async def end(state: State, load: int) -> None:
        state.seen.append(load)

    async def run() -> TestResult:
        with TestPipe(pipe) as test:
            mock = test.mock("load", return_value=5)
            result = await test.run(State())
            mock.assert_awaited_once()
            with pytest.raises(ValueError, match="Did you mean 'load'"):
                test.mock("laod")
        return result

    result = asyncio.run(run())
    assert result.final_state.seen == [5]
    assert collect(pipe, State()).find_error("load") is not None
