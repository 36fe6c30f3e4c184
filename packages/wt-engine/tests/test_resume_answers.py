"""Runs that a question has suspended, and what becomes of its answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from wt_engine import (
    EventType,
    Pipe,
    Suspend,
)
from wt_engine.storage import RunStatus

from .resumable import STATUS, Broken, approval, resume, run, run_id


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


def test_without_an_answer_all_steps_that_wait_for_one_ask_again(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store, allow_multi_root=True)
    for name in ("one", "two"):

        async def ask(name: str = name) -> Any:
            broken.ran(name)
            await asyncio.sleep(0)  # the other one asks too
            return Suspend(f"{name}?")

        pipe.step(name)(ask)

    first = run(pipe, {})
    assert sorted(broken.again()) == ["one", "two"]
    second = resume(pipe, run_id(first))

    assert sorted(broken.calls) == ["one", "two"]
    assert len(first.filter(EventType.SUSPEND)) == len(second.filter(EventType.SUSPEND)) == 2
