"""Mistakes in the definition of a pipe, and what it tells of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from wt_engine import (
    DefinitionError,
    EventType,
    Pipe,
    PipelineValidationWarning,
)
from wt_engine.testing import TestPipe, TestResult

from .pipes import STATUS, Collect, State, chain, kinds, nothing, take, wrong


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
    assert error.place == f"{nothing.__code__.co_filename}:{nothing.__code__.co_firstlineno}"
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
