"""Mistakes in a definition, with the near miss and the place; steps that misbehave beside runs that do not care."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import process_steps as steps
import pytest
from wt_engine import (
    Background,
    Condition,
    DefinitionError,
    Event,
    For,
    Parallel,
    Pipe,
    Pipeline,
    PipelineAsync,
    PipelineTerminalStatus,
    Stop,
)

STATUS = PipelineTerminalStatus


async def nothing() -> None: ...


def takes(item: Any) -> None: ...


HERE = f"{__file__}:{nothing.__code__.co_firstlineno}"


def two(pipe: Pipe[Any, Any], **first: Any) -> None:
    pipe.step("first", **first)(nothing)
    pipe.step("second")(nothing)


MISTAKES: list[tuple[Callable[[Pipe[Any, Any]], Any], str]] = [
    (lambda p: (p.step("a")(nothing), p.step("a")(nothing)), "Step 'a' is already registered"),
    (lambda p: p.map("a")(nothing), "Map 'a' needs 'each='"),
    (lambda p: p.map("a", each="wrok")(nothing) and p.step("work")(takes), "'wrok'. Did you mean 'work'?"),
    (lambda p: p.map("a", each="b", max_concurrency=0)(nothing), "Step 'a': max_concurrency must be a whole number"),
    (lambda p: p.switch("a")(nothing), "Switch 'a' needs 'to='"),
    (lambda p: p.switch("a", to=3)(nothing), "Switch 'a' has invalid 'to=' type: int"),
    (
        lambda p: p.switch("a", to={1: "frist"})(nothing) and p.step("first")(nothing),
        "Step 'a' routes to unknown step 'frist'. Did you mean 'first'?",
    ),
    (
        lambda p: p.switch("a", to={1: "first"}, default="fisrt")(nothing) and p.step("first")(nothing),
        "has an unknown default route 'fisrt'. Did you mean 'first'?",
    ),
    (lambda p: p.sub("a")(nothing), "Sub-pipeline 'a' needs 'pipeline='"),
    (lambda p: p.sub("a", pipeline="inner")(nothing), "Sub-pipeline 'a' needs 'pipeline='"),
    (lambda p: two(p, to={"second": 1}), "Step 'first' uses a dictionary for 'to='"),
    (lambda p: two(p, to=["second", 3]), "Step 'first' has invalid 'to=' type: int"),
    (
        lambda p: two(p, to="secnod"),
        "targets unknown step 'secnod'. Did you mean 'second'? Available steps: first, second",
    ),
    (lambda p: two(p, to=takes), "Step 'first' targets unknown step 'takes'"),
    (
        lambda p: p.step("a", to="a")(nothing),
        "no entry points found: every step is a target. Circular dependency: a",
    ),
    (
        lambda p: [p.step(n, to=t)(nothing) for n, t in [("r", "a"), ("a", "b"), ("b", "c"), ("c", "a")]],
        "a -> b -> c -> a",
    ),
    (lambda p: two(p), "Multiple root steps detected: first, second"),
    (lambda p: p.map("a", each="b")(nothing) and p.step("b", to="a")(takes), "worker of a map"),
    (lambda p: p.step("a", barrier_type="al")(nothing), "Step 'a': 'al' is not a valid BarrierType"),
    (lambda p: p.step("a", barrier_timeout=0)(nothing), "Step 'a': barrier_timeout must be seconds above 0, not 0"),
    (lambda p: p.step("a", timeout="1s")(nothing), "Step 'a': timeout must be seconds above 0, not '1s'"),
    (lambda p: p.step("a", retries=-1)(nothing), "Step 'a': "),
    (lambda p: p.step("a", retires=1)(nothing), "unknown option 'retires'. Did you mean 'retries'?"),
    (lambda p: p.step("a", excutor="process")(nothing), "unknown option 'excutor'. Did you mean 'executor'?"),
    (lambda p: p.step("a")(takes), "Step 'a' has unrecognized parameters: item"),
    (lambda p: p.step("a", on_error=takes)(nothing), "'a.on_error' has unrecognized parameters: item"),
    (lambda p: p.step("a", on_error="handle")(nothing), "Step 'a': on_error must be a function, not 'handle'"),
    (lambda p: p.on_startup(takes), "'startup' has unrecognized parameters: item"),
    (lambda p: p.on_error(takes), "'on_error' has unrecognized parameters: item"),
]


@pytest.mark.parametrize(("build", "message"), MISTAKES)
def test_a_mistake_in_a_definition_is_named_with_its_place(build: Callable[[Any], Any], message: str) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    def define() -> None:
        build(pipe)
        pipe.validate()

    with pytest.raises(DefinitionError) as caught:
        define()
    assert message in str(caught.value)
    assert str(caught.value).rpartition("--> ")[2] in (HERE, f"{__file__}:{takes.__code__.co_firstlineno}")


@pytest.mark.parametrize("thing", [3, None, max])
def test_what_cannot_be_a_step_is_refused(thing: Any) -> None:
    with pytest.raises(DefinitionError, match="cannot be a step"):
        Pipe().step("a")(thing)


@pytest.mark.parametrize("name", ["", 3])
def test_a_step_needs_a_name(name: Any) -> None:
    with pytest.raises(DefinitionError, match="name"):
        Pipe().step(name)(nothing)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"on_failure": "stpo"}, "on_failure must be 'finish', 'stop' or 'continue', not 'stpo'"),
        ({"queue_size": -1}, "queue_size must be a whole number from 0, not -1"),
        ({"max_retries": 0}, "max_retries must be a whole number from 1, not 0"),
    ],
)
def test_a_wrong_setting_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        Pipe(**options)


def test_a_pipe_that_runs_beside_misbehaving_ones_is_unharmed() -> None:
    """Steps that exit, interrupt, take all memory, crash, or forget to await: each fails its own run."""

    def exits() -> None:
        raise SystemExit(3)

    def interrupts() -> None:
        raise KeyboardInterrupt

    def forgets() -> Any:
        return nothing()

    def alone(function: Any, **options: Any) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe()
        pipe.step("only", **options)(function)
        return pipe

    bad = {
        "SystemExit: 3": alone(exits),
        "KeyboardInterrupt": alone(interrupts),
        "step 'only' returned an awaitable (coroutine); await it and return what it gives": alone(forgets),
        "it took more than its 100,000,000 bytes of memory": alone(steps.hoards, executor="process", memory=10**8),
        "Step 'only': its process ended with exit code 7": alone(steps.vanishes, executor="process"),
    }
    good: Pipe[Any, Any] = Pipe()

    @good.step(to="last")
    async def first() -> int:
        return 1

    @good.step
    def last(first: int, state: list[int]) -> type[Stop]:
        state.append(first)
        return Stop

    async def finish(pipe: Pipe[Any, Any], state: Any) -> Event:
        return [event async for event in pipe.run(state)][-1]

    async def everything() -> list[Event]:
        return await asyncio.gather(*(finish(pipe, None) for pipe in bad.values()), *(finish(good, s) for s in states))

    states: list[list[int]] = [[] for _ in range(20)]
    ends = [event.payload for event in asyncio.run(asyncio.wait_for(everything(), 60))]
    assert [(end.status, end.failed_step, end.error) for end in ends[: len(bad)]] == [
        (STATUS.FAILED, "only", text) for text in bad
    ]
    assert {end.status for end in ends[len(bad) :]} == {STATUS.SUCCESS}
    assert states == [[1]] * 20


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Pipe(quue_size=3), "Pipe has no argument 'quue_size'. Did you mean 'queue_size'?"),
        (lambda: Pipeline("x", trackingdb="x"), "Pipeline has no argument 'trackingdb'. Did you mean 'tracking_db'?"),
        (lambda: PipelineAsync("x", max_retry=1), "Did you mean 'max_retries'?"),
        (lambda: For(iteration=3, steps=[]), "For has no argument 'iteration'. Did you mean 'iterations'?"),
        (lambda: Condition("x", [], brnch_false=[]), "Did you mean 'branch_false'?"),
        (lambda: Parallel([], workers=2), "Parallel has no argument 'workers'. Did you mean 'max_workers'?"),
        (lambda: Background(print, xyz=1), "Background has no argument 'xyz'. It has step, capture_error."),
    ],
)
def test_a_keyword_that_a_constructor_does_not_have_is_told_with_the_near_miss(make: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        make()
