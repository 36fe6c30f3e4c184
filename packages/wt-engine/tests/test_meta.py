"""What steps say about themselves, and where it is read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from wt_engine import DefinitionError, EventType, Meta, Pipe


@dataclass
class Context:
    meta: Meta | None = None
    other: int = 0


def test_a_step_and_its_run_tell_what_was_said(collect):
    pipe: Pipe[Any, Context] = Pipe(context_type=Context, name="p", metadata={"owner": "me"})

    @pipe.step(to="second")
    async def first(ctx):
        ctx.meta.step.set("rows", 3)
        ctx.meta.step.add_tag("b")
        ctx.meta.step.add_tag("a")
        ctx.meta.step.record_metric("loss", 0.5)
        ctx.meta.step.record_metric("loss", 0.25)
        ctx.meta.step.increment("files")
        ctx.meta.step.increment("files", 2)
        ctx.meta.run.set("owner", ctx.meta.pipeline.get("owner"))

    @pipe.step
    def second(ctx):
        ctx.meta.run.increment("seconds")
        assert ctx.meta.step.get("rows", "none") == "none"

    result = collect(pipe, {}, context=Context())
    ends = {event.stage: event.meta for event in result.filter(EventType.STEP_END)}
    framework = ends["first"].pop("framework")
    assert ends["first"] == {
        "data": {"rows": 3},
        "tags": ["a", "b"],
        "metrics": {"loss": [0.5, 0.25]},
        "counters": {"files": 3},
    }
    assert (framework["attempt"], framework["status"]) == (1, "success")
    assert framework["duration_s"] > 0
    assert ends["second"]["data"] == {}
    assert result.events[-1].meta == {
        "data": {"owner": "me"},
        "tags": [],
        "metrics": {},
        "counters": {"seconds": 1},
    }


def test_without_a_declared_meta_the_engine_still_tells_its_own_facts(collect):
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(retries={"retries": 1, "wait_min": 0})
    async def work():
        raise ValueError("bad")

    result = collect(pipe, {}, context=Context())
    facts = [event.meta["framework"] for event in result.filter(EventType.STEP_ERROR)]
    assert [(fact["attempt"], fact["status"]) for fact in facts] == [(1, "error"), (2, "error")]
    assert result.events[-1].meta is None


def test_concurrent_steps_and_runs_over_one_context_do_not_mix(collect):
    pipe: Pipe[Any, Context] = Pipe(context_type=Context)
    context = Context()

    @pipe.map(each="work")
    async def numbers(state):
        return range(state["from"], state["from"] + 20)

    @pipe.step
    async def work(number, ctx):
        ctx.meta.step.set("mine", number)
        await asyncio.sleep(0)
        await asyncio.to_thread(ctx.meta.run.increment, "total", number)
        assert ctx.meta.step.get("mine") == number

    async def run(start):
        return [event async for event in pipe.run({"from": start}, context)]

    async def both():
        return await asyncio.gather(run(0), run(100))

    for start, events in zip((0, 100), asyncio.run(both()), strict=True):
        said = sorted(e.meta["data"]["mine"] for e in events if e.type is EventType.STEP_END and e.stage == "work")
        assert said == list(range(start, start + 20))
        assert events[-1].meta["counters"]["total"] == sum(range(start, start + 20))


def test_a_failed_attempt_and_its_handler_speak_of_the_same_step(collect):
    pipe: Pipe[Any, Context] = Pipe(context_type=Context)

    async def handle(ctx, error):
        ctx.meta.step.set("handled", str(error))

    @pipe.step(on_error=handle)
    async def work(ctx):
        ctx.meta.step.set("tried", True)
        raise ValueError("bad")

    result = collect(pipe, {}, context=Context())
    assert result.filter(EventType.STEP_END)[0].meta["data"] == {"tried": True, "handled": "bad"}


def test_outside_of_a_step_there_is_no_step(collect):
    pipe: Pipe[Any, Context] = Pipe(context_type=Context)
    seen: list[str] = []

    @pipe.on_startup
    async def begin(ctx):
        ctx.meta.run.add_tag("started")
        with pytest.raises(RuntimeError, match="only inside a step"):
            _ = ctx.meta.step
        seen.append("startup")

    @pipe.step
    async def work(): ...

    result = collect(pipe, {}, context=Context())
    assert seen == ["startup"]
    assert result.events[-1].meta["tags"] == ["started"]
    with pytest.raises(RuntimeError, match="only inside a run"):
        _ = Meta().run


def test_a_sub_pipeline_has_a_run_scope_of_its_own(collect):
    inner: Pipe[Any, Context] = Pipe(context_type=Context, name="inner")
    outer: Pipe[Any, Context] = Pipe(context_type=Context, name="outer")

    @inner.on_startup
    async def begin(ctx):
        with pytest.raises(RuntimeError):
            _ = ctx.meta.step

    @inner.step
    async def deep(ctx):
        ctx.meta.run.add_tag("inner")

    @outer.sub(pipeline=inner, to="after")
    async def below(ctx):
        ctx.meta.step.set("below", True)
        return {}

    @outer.step
    async def after(ctx):
        ctx.meta.run.add_tag("outer")

    result = collect(outer, {}, context=Context())
    finishes = {event.stage: event.meta["tags"] for event in result.filter(EventType.FINISH)}
    assert finishes == {"below:system": ["inner"], "system": ["outer"]}


def test_a_context_that_cannot_be_filled_is_refused():
    @dataclass(frozen=True)
    class Frozen:
        meta: Meta

    @dataclass
    class Twice:
        one: Meta
        two: Meta | None = None

    with pytest.raises(DefinitionError, match="frozen"):
        Pipe(context_type=Frozen)
    with pytest.raises(DefinitionError, match="one, two"):
        Pipe(context_type=Twice)
