"""What stands around steps: its order, what it is told, and that it takes nothing from the engine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from wt_engine import DefinitionError, EventType, Pipe, PipelineTerminalStatus, PipelineValidationWarning
from wt_engine.middleware import StepContext, simple_logging_middleware, tenacity_retry_middleware

STATUS = PipelineTerminalStatus


def named(name: str, trace: list[str]) -> Callable[..., Any]:
    def middleware(func: Callable[..., Any], context: StepContext) -> Callable[..., Any]:
        async def around(**arguments: Any) -> Any:
            trace.append(f"{name} before {context.name}")
            result = await func(**arguments)
            trace.append(f"{name} after {context.name}")
            return result

        return around

    return middleware


def test_the_last_middleware_is_outermost(collect):
    trace: list[str] = []
    pipe: Pipe[Any, Any] = Pipe(middleware=[named("inner", trace)])
    pipe.add_middleware(named("outer", trace))

    @pipe.step
    async def work(state):
        trace.append("work")

    assert collect(pipe, {}).end.status is STATUS.SUCCESS
    assert trace == ["outer before work", "inner before work", "work", "inner after work", "outer after work"]


def test_a_middleware_gets_the_options_that_the_engine_does_not_know(collect):
    seen: list[StepContext] = []

    def middleware(func, context):
        seen.append(context)
        return func

    pipe: Pipe[Any, Any] = Pipe(name="p", middleware=[middleware])

    @pipe.step(cache_for=60, tiemout="not the engine's", retries=2, retry_wait_min=0)
    async def work(): ...

    pipe.validate()
    collect(pipe)
    assert [(context.name, context.pipe_name, context.retries) for context in seen] == [("work", "p", 2)]
    assert dict(seen[0].kwargs) == {
        "cache_for": 60,
        "tiemout": "not the engine's",
        "retries": 2,
        "retry_wait_min": 0,
    }


def test_without_middleware_a_misspelt_option_is_an_error_and_another_a_warning():
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(tiemout=3)
    async def work(): ...

    with pytest.raises(DefinitionError, match=r"'tiemout'. Did you mean 'timeout'(.|\n)*test_middleware"):
        pipe.validate()

    other: Pipe[Any, Any] = Pipe()
    other.step("s", cache_for=60)(work)
    with pytest.warns(PipelineValidationWarning, match="cache_for"):
        other.validate()


def test_a_middleware_does_not_switch_retries_off(collect):
    trace: list[str] = []
    pipe: Pipe[Any, Any] = Pipe(middleware=[named("m", trace)])
    attempts: list[int] = []

    @pipe.step(retries={"retries": 2, "wait_min": 0})
    async def flaky():
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("again")

    result = collect(pipe)
    assert result.end.status is STATUS.SUCCESS
    assert [event.attempt for event in result.filter(EventType.STEP_START)] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["coroutine", "stream", "thread"])
def test_a_plain_function_around_a_step_of_any_kind_works(collect, kind):
    calls: list[str] = []

    def middleware(func, context):
        def around(**arguments):
            calls.append(context.name)
            return func(**arguments)

        return around

    async def coroutine(state):
        state["got"] = 1

    async def stream(state):
        state["got"] = 1
        yield "token"

    def thread(state):
        state["got"] = 1

    pipe: Pipe[Any, Any] = Pipe(middleware=[middleware])
    pipe.step("work")({"coroutine": coroutine, "stream": stream, "thread": thread}[kind])
    state: dict[str, Any] = {}
    result = collect(pipe, state)
    assert result.end.status is STATUS.SUCCESS
    assert (state, calls) == ({"got": 1}, ["work"])
    assert result.tokens == (["token"] if kind == "stream" else [])


def test_a_middleware_that_returns_nothing_is_named():
    pipe: Pipe[Any, Any] = Pipe(middleware=[lambda func, context: None])

    @pipe.step
    async def work(): ...

    with pytest.raises(DefinitionError, match="must return a function for step 'work'"):
        pipe.prepared()


def test_calls_are_logged(collect, caplog):
    caplog.set_level(logging.INFO, "wt_engine")
    pipe: Pipe[Any, Any] = Pipe(name="p", middleware=[simple_logging_middleware], on_failure="continue")

    @pipe.step(to=["streaming", "threaded"])
    async def works(): ...

    @pipe.step
    async def streaming():
        yield 1

    @pipe.step
    def threaded():
        raise ValueError("bad")

    assert collect(pipe).tokens == [1]
    text = "\n".join(caplog.messages)
    for expected in ("'p.works' starts", "'p.works' ended", "'p.streaming' ended", "'p.threaded' failed"):
        assert expected in text
    assert "ValueError('bad')" in text


@pytest.mark.parametrize("sync", [False, True])
def test_tenacity_retries_within_one_invocation(collect, sync):
    attempts: list[int] = []

    def body():
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("again")

    async def coroutine():
        body()

    pipe: Pipe[Any, Any] = Pipe(middleware=[tenacity_retry_middleware])
    pipe.step("work", retries=2, retry_wait_min=0, retry_wait_max=0)(body if sync else coroutine)
    result = collect(pipe)
    assert (result.end.status, len(attempts), result.step_starts) == (STATUS.SUCCESS, 3, ["work"])


def test_tenacity_gives_up_with_the_steps_own_error(collect):
    pipe: Pipe[Any, Any] = Pipe(middleware=[tenacity_retry_middleware])

    @pipe.step(retries=1, retry_wait_min=0, retry_wait_max=0)
    async def work():
        raise ValueError("always")

    result = collect(pipe)
    assert (result.end.status, result.end.error, result.step_starts) == (STATUS.FAILED, "always", ["work"])


def test_tenacity_leaves_streams_alone(collect):
    pipe: Pipe[Any, Any] = Pipe(middleware=[tenacity_retry_middleware])

    @pipe.step(retries=1)
    async def work():
        yield 1

    with pytest.warns(UserWarning, match="it is a generator"):
        assert collect(pipe).tokens == [1]
