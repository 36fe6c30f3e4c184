"""Who reads a run, and who changes what is read: observers, hooks, consumers that leave."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from wt_engine import (
    Event,
    ObserverMeta,
    Pipe,
)

from .pipes import STATUS, Collect, Recorder, State, chain

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
