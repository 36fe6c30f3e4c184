"""What a pipe does, by example."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest
from wt_engine import (
    BarrierType,
    CancellationToken,
    EventType,
    Next,
    Pipe,
    Skip,
    Stop,
    Suspend,
    Value,
)

from .pipes import STATUS, Collect, State, chain, fan, kinds, nothing

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
