"""Resuming inside joins, maps, switches, loops and sub-pipelines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wt_engine import (
    BarrierType,
    EventType,
    Pipe,
)

from .resumable import STATUS, Broken, resume, run, run_id


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
    assert told.payload == {"target": "work", "item_count": 6}
    assert told.meta == {"resumed": True}
    maps = second.events[-1].payload.metrics.maps
    assert (maps.started, maps.workers_started, maps.completed) == (1, 2, 1)


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
    maps = second.events[-1].payload.metrics.maps
    assert (maps.started, maps.workers_started, maps.completed) == (3, 2, 3)


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
