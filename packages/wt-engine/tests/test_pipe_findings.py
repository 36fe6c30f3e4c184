"""What earlier engines got wrong: the names B1 to B14 are the findings of the engine reference."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from wt_engine import (
    CancellationToken,
    EventType,
    FailureReason,
    Pipe,
    PipelineValidationWarning,
    Raise,
    Retry,
    Suspend,
    Value,
)

from .pipes import STATUS, Collect, Recorder, State, chain, fan, kinds, nothing, steps, take

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
